#!/usr/bin/env bash
# What running and testing stand on: the tools, a Docker engine, and the sandbox's servers.
#
#   prepare.sh [--for-tests]
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

"$root/make/setup.sh" "$@"
timed 'sandbox' "$root/tests/sandbox/sandbox.sh" up
