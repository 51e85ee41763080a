#!/usr/bin/env bash
# Everything that can be said about the code without running it, all of it even when a part fails.
#
#   check.sh [STEP…]     only these steps, see the list at the end
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$root"

rust_format() { cargo fmt --all -- --check; }
rust_lints() { cargo clippy --workspace --all-targets --locked -- -D warnings; }
ui_lints() { npm --prefix ui run --silent lint; }
ui_types() { npm --prefix ui run --silent typecheck; }
ui_tests() { npm --prefix ui run --silent test </dev/null; }
ui_lockfile() {
  ! grep -n '"resolved"' ui/package-lock.json || fail 'ui/package-lock.json names a registry host; ui/.npmrc should keep it out'
}
bindings() { make/check-bindings.sh; }
sqlx() { make/check-sqlx.sh; }
dependencies() { make/check-dependencies.sh; }
scripts() {
  if ! command -v shellcheck >/dev/null; then
    echo 'shellcheck is not installed: the scripts were not checked'
    return
  fi
  # Files without an interpreter line are parts of another script, and are read with it.
  git ls-files -z '*.sh' '.ci/run' 'tests/sandbox/image/*' | xargs -0 grep -lZ '^#!' | xargs -0 shellcheck
}

steps=(rust_format ui_lockfile scripts dependencies sqlx rust_lints bindings ui_lints ui_types ui_tests)
(($# == 0)) || steps=("$@")

"$root/make/setup.sh"
# The desktop crate compiles the window's pages in, so they have to exist before anything of Rust is looked at.
timed 'window pages' npm --prefix ui run --silent build -- --logLevel warn

failed=()
for step in "${steps[@]}"; do
  # A shell of its own: inside a condition `set -e` would be off, and a step would go on after its own failure.
  log=$(mktemp)
  start=$SECONDS
  set +e
  (set -e; "$step") >"$log" 2>&1
  code=$?
  set -e
  if ((code == 0)); then
    printf '  ok      %-14s %3d s\n' "$step" $((SECONDS - start))
    grep -i 'not installed' "$log" || true
  else
    printf '  FAILED  %-14s %3d s\n' "$step" $((SECONDS - start))
    cat "$log"
    failed+=("$step")
  fi
  rm -f "$log"
done

((${#failed[@]} == 0)) || fail "make check: ${#failed[@]} of ${#steps[@]} failed: ${failed[*]}"
echo "make check: all ${#steps[@]} passed"
