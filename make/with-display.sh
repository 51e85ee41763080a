#!/usr/bin/env bash
# Runs a command with a display, a D-Bus session and a runtime directory of its own, all gone when it ends.
set -euo pipefail

runtime=$(mktemp -d)
chmod 0700 "$runtime"
xvfb=''
# shellcheck disable=SC2329  # called by the trap
clean_up() {
  if [[ -n $xvfb ]]; then
    kill "$xvfb" 2>/dev/null || true
    wait "$xvfb" 2>/dev/null || true
  fi
  rm -rf "$runtime"
}
trap clean_up EXIT

# The server picks a free display and says which: two of these never clash.
mkfifo "$runtime/display"
Xvfb -displayfd 3 -screen 0 1600x1000x24 -nolisten tcp 3>"$runtime/display" >"$runtime/xvfb.log" 2>&1 &
xvfb=$!
if ! read -r -t 20 number <"$runtime/display"; then
  cat "$runtime/xvfb.log" >&2
  echo 'with-display: Xvfb did not start' >&2
  exit 1
fi

# No keyring daemon is started here: a test that needs one starts its own.
DISPLAY=:$number XDG_RUNTIME_DIR=$runtime dbus-run-session -- "$@"
