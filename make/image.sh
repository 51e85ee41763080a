#!/usr/bin/env bash
# Builds the runner image and saves it as one file, for `mysqlerctl image load` on machines that cannot build it.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

image=mysqler/pt-runner:3.7.1
file=$root/target/mysqler-pt-runner-3.7.1.tar.gz

"$root/make/setup.sh"
"$root/make/docker-engine.sh"
"$root/make/build.sh"
docker save "$image" | gzip >"$file.part"
mv "$file.part" "$file"
say "saved ${file#"$root"/} ($(du -h "$file" | cut -f1))"
