#!/usr/bin/env bash
# Measures MySQLer against its budgets, on real servers, and prints a table.
#
#   bench.sh [ARGUMENT…]     the arguments of the bench program; a wrong one lists them
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

"$root/make/prepare.sh" --for-tests
# The whole workspace, the bench program with it: built alone it would have other features, and build everything anew.
"$root/make/build.sh" release
cd "$root"
"$root/make/with-display.sh" target/release/bench "$@"
