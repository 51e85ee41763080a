#!/usr/bin/env bash
# Writes the root file system of a small Debian image to standard output, as a tar archive.
#
#   debian-rootfs.sh SUITE PACKAGE[,PACKAGE…] [MMDEBSTRAP-OPTION…] > rootfs.tar
#
# No container registry is needed: everything comes from the Debian mirror that this machine's own
# apt is configured with. Needs root and mmdebstrap.
set -euo pipefail

suite=${1:?SUITE is missing}
packages=${2:?PACKAGES are missing}
shift 2

# Take the site that serves the distribution itself, not its security or updates archive: only that one has every suite.
mirror=$(apt-get indextargets --format '$(ORIGIN)|$(COMPONENT)|$(CODENAME)|$(REPO_URI)' \
  | awk -F'|' '$1 == "Debian" && $2 == "main" && $3 !~ /-/ { print $4; exit }')
if [[ -z $mirror ]]; then
  echo "debian-rootfs: this machine's apt knows no Debian mirror. Run 'apt-get update' on a Debian machine first." >&2
  exit 1
fi

# mmdebstrap reads none of the machine's apt configuration, so a proxy has to be passed on by hand.
transport=()
while IFS= read -r line; do
  transport+=(--aptopt="$line")
done < <(apt-config dump | grep -E '^Acquire::https?(::[^ ]*)? ".+";$' || true)

# The working tree is unpacked, archived and thrown away: memory is the right place when there is enough.
if [[ -z ${TMPDIR:-} && -d /dev/shm ]] && (($(df --output=avail -k /dev/shm | tail -1) > 3 * 1024 * 1024)); then
  export TMPDIR=/dev/shm
fi

# merged-usr: without the hook sid refuses to unpack. Check-Valid-Until: a mirror may be a snapshot.
# Excluded paths: documentation and translations are a third of a small image.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
mmdebstrap --quiet --mode=root --variant=essential --include="$packages" \
  --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
  --aptopt='Acquire::Check-Valid-Until "false"' \
  --aptopt='Acquire::Retries "3"' \
  "${transport[@]}" \
  --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/info/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  "$@" \
  "$suite" - "$mirror" 2>"$log" || {
  cat "$log" >&2
  echo "debian-rootfs: building $suite from $mirror failed, see above" >&2
  exit 1
}
