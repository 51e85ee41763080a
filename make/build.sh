#!/usr/bin/env bash
# Builds the desktop application and `mysqlerctl`.
#
#   build.sh [debug|release]
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

profile=()
[[ ${1:-debug} == debug ]] || profile=(--release)

# The window's pages are compiled into the program, so they come first.
timed 'window pages' npm --prefix "$root/ui" run --silent build
timed 'programs' cargo build --manifest-path "$root/Cargo.toml" --package mysqler --package mysqler-ctl "${profile[@]}"
