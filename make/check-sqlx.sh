#!/usr/bin/env bash
# Fails when the recorded query descriptions (`.sqlx`) do not fit the queries of the store.
#
# Builds with SQLX_OFFLINE check each query! against its description: a missing or changed one does not compile.
# What is left to see here: that the descriptions exist and are committed wherever the macros are used.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$root"

crate=src-tauri/crates/store
if ! git grep -qE '\bquery(_as|_scalar|_file|_file_as|_file_scalar)?!' -- "$crate/src"; then
  [[ -z $(git ls-files "$crate/.sqlx") ]] || fail "$crate/.sqlx holds descriptions, but no query of the store uses them"
  exit 0
fi
[[ -n $(git ls-files "$crate/.sqlx") ]] || fail "the store uses query! and $crate/.sqlx is not committed"
[[ -z $(git status --porcelain -- "$crate/.sqlx") ]] || fail "$crate/.sqlx has changes that are not committed"
SQLX_OFFLINE=true cargo check --package mysqler-store --locked
