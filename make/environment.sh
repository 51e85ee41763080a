# shellcheck shell=bash
# Where the project's own tools are, and how its scripts speak. Sourced by every script in this folder.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=$root/target/tools
export PATH=$tools/node/bin:$tools/bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH:/usr/sbin:/sbin
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-auto}

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Runs a long step under its name and says how long it took. Call it as a plain command: as a part of a condition
# (`x || timed …`) a step that is a function would go on after its own failure, as `set -e` does not count there.
timed() { # NAME COMMAND…
  local name=$1 start=$SECONDS
  shift
  say "$name"
  "$@"
  printf '    %s: %d s\n' "$name" $((SECONDS - start)) >&2
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

at_least() { # HAVE WANT, dotted versions
  [[ $(printf '%s\n%s\n' "$2" "$1" | sort -V | head -1) == "$2" ]]
}

# Reads KEY=value lines, verbatim: the values hold quotes, spaces and dollars that `source` would act on.
load_sandbox_env() {
  local line
  while IFS= read -r line; do
    export "${line%%=*}=${line#*=}"
  done <"$root/target/sandbox/env"
}
