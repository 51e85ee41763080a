#!/usr/bin/env bash
# Checks every query! of the store against a database made from its migrations, and that the recorded descriptions
# (`.sqlx`, which ordinary builds use) are those of the present queries.
#
#   check-sqlx.sh [--write]     --write records them anew
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$root"

crate=src-tauri/crates/store
recorded=$root/$crate/.sqlx
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

command -v sqlite3 >/dev/null || fail 'sqlite3 is needed: apt-get install sqlite3'
for migration in "$crate"/migrations/*.sql; do
  sqlite3 -bail "$scratch/schema.db" <"$migration"
done

# The macros describe their query, and write that down, whenever the crate is compiled with a database at hand.
mkdir "$scratch/described"
touch "$crate/src/lib.rs"
SQLX_OFFLINE=false DATABASE_URL=sqlite://$scratch/schema.db SQLX_OFFLINE_DIR=$scratch/described \
  cargo check --quiet --package mysqler-store --locked

if [[ ${1:-} == --write ]]; then
  rm -rf "$recorded"
  mkdir -p "$recorded"
  cp "$scratch"/described/*.json "$recorded"/
else
  diff --recursive "$recorded" "$scratch/described" >&2 \
    || fail "$crate/.sqlx does not fit the queries: run make/check-sqlx.sh --write and commit the result"
fi

# Compiled once more without the database: what is recorded suffices, and no build artefact refers to the scratch file.
touch "$crate/src/lib.rs"
SQLX_OFFLINE=true cargo check --quiet --package mysqler-store --locked
