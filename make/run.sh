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

# Without a keyring and without a terminal nobody can be asked for a master password yet: the window asks, and takes the
# connection as a line to paste. Its password is no secret: the sandbox listens on loopback and holds invented data.
if ! "$root/make/save-sandbox-connection.sh" "$connection" "$root/target/$profile/mysqlerctl"; then
  load_sandbox_env
  say "the connection '$connection' is not saved yet. Set the vault up in the window, then paste this line into the form of a new connection:"
  printf '  mysql://%s:%s@%s:%s/%s?ssl-mode=VERIFY_IDENTITY&ssl-ca=%s\n' "$MYSQLER_SANDBOX_DBA_USER" "$MYSQLER_SANDBOX_DBA_PASSWORD" \
    "$MYSQLER_SANDBOX_PRIMARY_HOST" "$MYSQLER_SANDBOX_PRIMARY_PORT" "$MYSQLER_SANDBOX_SCHEMA" "$MYSQLER_SANDBOX_CA_FILE"
fi

say 'opening the window'
exec "$root/target/$profile/mysqler"
