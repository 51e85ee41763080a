#!/usr/bin/env bash
# Builds the base of the percona-toolkit runner image: Perl, its MySQL driver and pt-online-schema-change alone.
#
#   build-base.sh [--if-missing] [TAG]        default tag: mysqler/pt-base:3.7.1
#
# --if-missing  do nothing when the tag was made by exactly this recipe
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if_missing=no
if [[ ${1:-} == --if-missing ]]; then
  if_missing=yes
  shift
fi
version=3.7.1
tag=${1:-mysqler/pt-base:$version}
recipe=$(cat "${BASH_SOURCE[0]}" "$here/debian-rootfs.sh" | sha256sum | cut -c1-16)

if [[ $if_missing == yes ]]; then
  made_by=$(docker image inspect --format '{{ index .Config.Labels "mysqler.recipe" }}' "$tag" 2>/dev/null || true)
  [[ $made_by != "$recipe" ]] || exit 0
fi

# The package pulls in gdb and more for its other tools; the one script needs only Perl and the modules below.
take_script='cd "$1/tmp" && APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get download percona-toolkit \
  && { ls >&2 percona-toolkit_'$version'-*.deb || { echo "the mirror has $(ls *.deb) instead of '$version'" >&2; exit 1; }; } \
  && dpkg-deb --fsys-tarfile percona-toolkit_*.deb | tar -x -C "$1" ./usr/bin/pt-online-schema-change \
  && rm -f percona-toolkit_*.deb'

# libjson-perl: --history and the bridge plugin write JSON. libterm-readkey-perl: --ask-pass. openssh-client: servers
# behind an SSH tunnel.
image=$("$here/debian-rootfs.sh" sid perl,libdbd-mysql-perl,libterm-readkey-perl,libjson-perl,openssh-client,ca-certificates \
  --customize-hook="$take_script" \
  --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin "$1"/var/cache/apt/archives/*.deb' \
  | docker import \
    --change "LABEL mysqler.recipe=$recipe" \
    --change "LABEL org.opencontainers.image.title=\"percona-toolkit base of MySQLer\"" \
    --change "LABEL org.opencontainers.image.version=$version" \
    --change 'ENV LANG=C.UTF-8' \
    --change 'CMD ["/usr/bin/pt-online-schema-change", "--version"]' \
    -) || {
  docker rmi "$image" >/dev/null 2>&1 || true
  exit 1
}
old=$(docker image inspect --format '{{ .Id }}' "$tag" 2>/dev/null || true)
docker tag "$image" "$tag"
# The image that just lost its name goes, unless a container or a derived image still stands on it.
[[ -z $old || $old == "$image" ]] || docker rmi "$old" >/dev/null 2>&1 || true
