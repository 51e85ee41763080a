#!/usr/bin/env bash
# Builds the runner image and saves it as one file, for `mysqlerctl image load` on machines that cannot build it.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

file=$root/target/mysqler-pt-runner-3.7.1.tar.gz

"$root/make/setup.sh"
"$root/make/docker-engine.sh"
timed 'runner image' "$root/make/runner-image.sh"
docker save mysqler/pt-runner:3.7.1 | gzip >"$file.part"
mv "$file.part" "$file"
say "saved ${file#"$root"/} ($(du -h "$file" | cut -f1))"
