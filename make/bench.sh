#!/usr/bin/env bash
# Measures MySQLer against its budgets, on real servers, and prints a table.
#
#   bench.sh [ARGUMENT…]     the arguments of the bench program
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

"$root/make/prepare.sh" --for-tests
"$root/make/build.sh" release
cd "$root"
timed 'bench program' cargo build --release --package mysqler-tests --bin bench
"$root/make/with-display.sh" target/release/bench "$@"
