#!/usr/bin/env bash
# Builds the desktop application, `mysqlerctl`, and with it the image that changes run in.
#
#   build.sh [debug|release]
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

profile=${1:-debug}
options=()
[[ $profile == debug ]] || options=(--release)

# The window's pages are compiled into the program, so they come first.
timed 'window pages' npm --prefix "$root/ui" run --silent build -- --logLevel warn
# The whole workspace: the tests are built with the same features then, and the first `make test` is quick.
timed 'programs' cargo build --manifest-path "$root/Cargo.toml" --workspace "${options[@]}"
timed 'runner image' "$root/make/runner-image.sh" "$root/target/$profile/mysqlerctl"
