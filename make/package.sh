#!/usr/bin/env bash
# Builds the installable packages: deb and rpm.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

"$root/make/setup.sh"
cd "$root"
timed 'window pages' npm --prefix ui run --silent build -- --logLevel warn
# The whole workspace, as `make bench` builds it: `tauri build` would compile everything again with other features.
timed 'programs' cargo build --release --locked --workspace
rm -rf target/release/bundle
# Tauri packs its own program only; the command line goes beside it.
files='"/usr/bin/mysqlerctl": "../target/release/mysqlerctl"'
# What `make image` wrote goes along, so that a workstation without a network needs nothing else.
image=mysqler-pt-runner-3.7.1.tar.gz
[[ ! -f target/$image ]] || files+=", \"/usr/share/mysqler/$image\": \"../target/$image\""
ctl="{ \"files\": { $files } }"
timed 'packages' ui/node_modules/.bin/tauri bundle --bundles deb,rpm \
  --config "{ \"bundle\": { \"linux\": { \"deb\": $ctl, \"rpm\": $ctl } } }"
find target/release/bundle -name '*.deb' -o -name '*.rpm' | while IFS= read -r file; do
  say "$file ($(du -h "$file" | cut -f1))"
done
