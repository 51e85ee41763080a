#!/usr/bin/env bash
# Makes sure that the runner image exists: the percona-toolkit base, and on it the entrypoint and the bridge plugin.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

image=mysqler/pt-runner:3.7.1

"$root/src-tauri/image/build-base.sh" --if-missing
# Debian's docker.io has no buildx, and the client then wants to be told to use the builder of the engine.
docker buildx version >/dev/null 2>&1 || export DOCKER_BUILDKIT=0
# Unchanged layers come from the engine's cache, so this is quick when there is nothing to do.
log=$(docker build --tag "$image" "$root/src-tauri/image" 2>&1) || fail "$log" "runner image: building $image failed, see above"
