#!/usr/bin/env bash
# Builds the installable packages: deb and rpm.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

"$root/make/setup.sh"
cd "$root"
timed 'command line' cargo build --release --locked --package mysqler-ctl
timed 'packages' ui/node_modules/.bin/tauri build --bundles deb,rpm
find target/release/bundle -name '*.deb' -newer Cargo.lock -o -name '*.rpm' -newer Cargo.lock | while IFS= read -r file; do
  say "$file ($(du -h "$file" | cut -f1))"
done
