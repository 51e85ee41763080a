#!/usr/bin/env bash
# Fails when the TypeScript that is generated from the Rust types is not the one that is committed.
#
#   check-bindings.sh [--write]      --write makes it anew instead
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$root"

bindings=ui/src/ipc/bindings.ts
if [[ ${1:-} == --write ]]; then
  MYSQLER_WRITE_BINDINGS=1 cargo test --package mysqler --test bindings
  exit
fi

output=$(cargo test --workspace --locked --test bindings 2>&1) || fail "$output"
grep -Eq '^test result: ok\. [1-9]' <<<"$output" || fail "$output" 'The bindings were not compared: no test did it.'
git ls-files --error-unmatch "$bindings" >/dev/null 2>&1 || fail "$bindings is not committed"
