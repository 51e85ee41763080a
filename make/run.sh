#!/usr/bin/env bash
# Builds everything, saves the sandbox as a connection and opens the window; without a display, the demo.
#
#   PROFILE=release make/run.sh     an optimised build (slower to build)
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

profile=${PROFILE:-debug}
connection='Sandbox (shop)'

if [[ -z ${DISPLAY:-}${WAYLAND_DISPLAY:-} ]]; then
  say 'no display here (DISPLAY and WAYLAND_DISPLAY are empty): running the demo in the terminal'
  exec "$root/make/demo.sh"
fi

"$root/make/prepare.sh"
"$root/make/build.sh" "$profile"

# The connection can wait for the vault: then the window asks how to protect it, and the next `make run` saves it.
"$root/make/save-sandbox-connection.sh" "$connection" "$root/target/$profile/mysqlerctl" \
  || say "the connection '$connection' is not saved yet; see the message above"

say 'opening the window'
exec "$root/target/$profile/mysqler"
