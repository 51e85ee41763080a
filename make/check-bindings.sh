#!/usr/bin/env bash
# Fails when the TypeScript that is generated from the Rust types is not the one that is committed.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$root"

bindings=ui/src/ipc/bindings.ts
git ls-files --error-unmatch "$bindings" >/dev/null 2>&1 || fail "$bindings is not committed"
output=$(MYSQLER_WRITE_BINDINGS=1 cargo test --package mysqler --locked --test bindings 2>&1) || fail "$output"
grep -Eq '^test result: ok\. [1-9]' <<<"$output" || fail "$output" 'No test of the package mysqler writes the bindings.'
git diff --exit-code -- "$bindings" || fail "$bindings was not up to date. It is now: commit it."
