#!/usr/bin/env bash
# Runs every test and ends in one line: `N passed, N failed`.
#
# Parts: rust (unit tests of every crate), integration (real servers, real containers), ui (the window's units),
# e2e (the real window under a virtual display). A part without a single test counts as a failure, and so does
# one that is skipped: a test that did not run has proven nothing.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$root"

logs=$root/target/test
passed=0
failed=0
summary=()

# Adds a part's numbers to the sum. A part that broke without naming a failed test counts as one failure.
count() { # PART EXIT-CODE PASSED FAILED SKIPPED
  local part=$1 code=$2 ok=$3 bad=$4 skipped=$5 note=''
  if ((skipped > 0)); then
    note=" ($skipped skipped: a skipped test counts as failed)"
    bad=$((bad + skipped))
  elif ((ok + bad == 0)); then
    note=' (no test ran)'
    bad=1
  elif ((code != 0 && bad == 0)); then
    note=" (ended with code $code)"
    bad=1
  fi
  passed=$((passed + ok))
  failed=$((failed + bad))
  summary+=("$(printf '  %-12s %5d passed, %d failed%s' "$part" "$ok" "$bad" "$note")")
}

# cargo prints one "test result" line a test program; doc tests and empty programs print theirs too.
rust_part() { # PART COMMAND…
  local part=$1 log=$logs/$1.log code=0 numbers
  shift
  "$@" </dev/null 2>&1 | tee "$log" || code=$?
  numbers=$(sed -E 's/\x1b\[[0-9;]*m//g' "$log" | awk '
    /^test result: / {
      for (i = 2; i <= NF; i++) {
        if ($i == "passed;") ok += $(i - 1)
        if ($i == "failed;") bad += $(i - 1)
        if ($i == "ignored;") skipped += $(i - 1)
      }
    }
    END { print ok + 0, bad + 0, skipped + 0 }')
  # shellcheck disable=SC2086  # three numbers
  count "$part" "$code" $numbers
}

ui_part() {
  local report=$logs/ui.json code=0 numbers
  rm -f "$report"
  npm --prefix ui run --silent test -- --reporter=default --reporter=json --outputFile="$report" </dev/null || code=$?
  numbers=$(node -e '
    const r = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    console.log(r.numPassedTests, r.numFailedTests, r.numPendingTests + r.numTodoTests);
  ' "$report" 2>/dev/null || echo 0 0 0)
  # shellcheck disable=SC2086  # three numbers
  count ui "$code" $numbers
}

# Every test program outside the crates' own sources, one `--test NAME` each, without the end-to-end one.
integration_targets() {
  cargo metadata --no-deps --format-version 1 --locked | node -e '
    const { packages } = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const names = packages.flatMap((p) => p.targets).filter((t) => t.kind.includes("test")).map((t) => t.name);
    for (const name of new Set(names)) if (name !== "e2e") console.log("--test\n" + name);
  '
}

# Always the whole workspace, whatever is run of it: another selection has other features, and builds everything anew.
selection=(--workspace --locked --no-fail-fast)

unit_tests() {
  local code=0
  cargo test "${selection[@]}" --lib --bins || code=$?
  cargo test "${selection[@]}" --doc || code=$?
  return "$code"
}

"$root/make/prepare.sh" --for-tests
mkdir -p "$logs"
"$root/make/build.sh" || {
  echo '0 passed, 1 failed'
  fail 'make test: the programs do not build, so nothing was tested'
}

say 'unit tests (rust)'
rust_part rust unit_tests
say 'unit tests (window)'
ui_part
say 'integration tests (real servers and containers)'
mapfile -t targets < <(integration_targets)
if ((${#targets[@]} > 0)); then
  rust_part integration cargo test "${selection[@]}" "${targets[@]}"
else
  count integration 0 0 0 0
fi
say 'end-to-end tests (the real window)'
rust_part e2e make/with-display.sh cargo test "${selection[@]}" --test e2e

printf '\n'
printf '%s\n' "${summary[@]}"
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
