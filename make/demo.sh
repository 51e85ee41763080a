#!/usr/bin/env bash
# One whole change in the terminal: plan, confirm, run with the live progress bar, history, and a check of every row.
#
# The change rebuilds the table (ENGINE=InnoDB), so it can be shown again and again.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

connection='Sandbox (shop)'
table=shop.orders
dir=$root/target/demo
ctl=("$root/target/debug/mysqlerctl" --data-dir "$dir/data" --passphrase-file "$dir/passphrase")

# A table's checksum covers every row and every column, so one number tells whether anything was lost.
fingerprint() {
  "$root/tests/sandbox/sandbox.sh" sql primary <<SQL
SELECT CONCAT(COUNT(*), ' rows') FROM $table; CHECKSUM TABLE $table;
SQL
}

created_at() {
  "$root/tests/sandbox/sandbox.sh" sql primary \
    <<<"SELECT create_time FROM information_schema.tables WHERE CONCAT(table_schema, '.', table_name) = '$table'"
}

confirm() {
  [[ ${YES:-} == 1 || ${CI:-} == true ]] && return
  [[ -t 0 ]] || fail 'demo: nobody is here to confirm. Run it again with YES=1.'
  local answer
  read -r -p "Run this change of $table? [y/N] " answer
  [[ $answer == [yY]* ]] || fail 'demo: not run, and nothing was changed'
}

"$root/make/prepare.sh"
"$root/make/build.sh"

# The demo has a data directory of its own, and its vault a random passphrase: your own data is not touched.
mkdir -p "$dir"
if [[ ! -s $dir/passphrase ]]; then
  (umask 077 && openssl rand -base64 32 >"$dir/passphrase")
  rm -rf "$dir/data"
fi
"$root/make/save-sandbox-connection.sh" "$connection" "${ctl[@]}"

say 'the plan'
"${ctl[@]}" plan "$connection" --table "$table" --reclaim --engine pt-osc
confirm

before=$(fingerprint)
created_before=$(created_at)
say 'the run'
"${ctl[@]}" run "$connection" --table "$table" --reclaim --engine pt-osc --confirm "$table"

say 'the history'
"${ctl[@]}" history list

say 'the proof'
after=$(fingerprint)
created_after=$(created_at)
[[ $before == "$after" ]] || fail "demo: the rows differ: before $before, after $after"
[[ $created_before != "$created_after" ]] || fail "demo: the table was not rebuilt, it is still the one of $created_before"
echo "$table was rebuilt ($created_before → $created_after) and holds the same rows: ${after//$'\n'/, checksum }"
