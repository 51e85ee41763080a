#!/usr/bin/env bash
# Makes sure that the runner image exists and is the one that this build expects.
#
#   runner-image.sh MYSQLERCTL
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

# A data directory for the moment: looking at an image must not touch the user's history.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
ctl=("${1:?MYSQLERCTL is missing}" --data-dir "$scratch")

is_ready() { "${ctl[@]}" --json image status 2>/dev/null | grep -q '"kind":"ready"'; }

"$root/src-tauri/image/build-base.sh" --if-missing
is_ready && exit 0
"${ctl[@]}" image build
is_ready || fail "runner image: it was built, and is still not what this program expects:" "$("${ctl[@]}" image status 2>&1)"
