#!/usr/bin/env bash
# Builds the images of the sandbox's servers from Debian's packages.
#
#   images.sh names          prints ROLE=TAG lines (mysql, mariadb, ssh)
#   images.sh build          builds what is missing
#
# A tag carries a hash of its recipe: a changed recipe is another image, and an image that exists is never rebuilt.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
image_dir=$here/../../src-tauri/image

mysql_packages='mysql-server-core,mysql-client-core,passwd'
mariadb_packages='mariadb-server-core,mariadb-client-core,passwd,hostname,iproute2'
ssh_packages='openssh-server,openssh-client,passwd'

build_rootfs() { # ROLE SUITE PACKAGES
  "$image_dir/debian-rootfs.sh" "$2" "$3" \
    --customize-hook='chroot "$1" sh -c "id mysql >/dev/null 2>&1 || useradd --system --user-group --no-create-home --shell /usr/sbin/nologin mysql"' \
    --customize-hook="copy-in $here/image/$1-entrypoint /usr/local/bin" \
    --customize-hook="mv \"\$1/usr/local/bin/$1-entrypoint\" \"\$1/usr/local/bin/entrypoint\"" \
    --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin "$1"/var/cache/apt/archives/*.deb'
}

tag_of() { # ROLE VERSION PACKAGES
  local hash
  hash=$({
    echo "$3"
    declare -f build_rootfs
    cat "$here/image/$1-entrypoint" "$image_dir/debian-rootfs.sh"
  } | sha256sum | cut -c1-12)
  echo "mysqler/sandbox-$1:$2-$hash"
}

mysql_tag=$(tag_of mysql 9.7 "$mysql_packages")
mariadb_tag=$(tag_of mariadb 10.11 "$mariadb_packages")
ssh_tag=$(tag_of ssh 9.2 "$ssh_packages")

build() { # TAG ROLE SUITE PACKAGES EXPECTED-VERSION VERSION-COMMAND
  local tag=$1 role=$2 suite=$3 packages=$4 expected=$5 version_command=$6 image version
  docker image inspect "$tag" >/dev/null 2>&1 && return
  # docker import reads the archive as it is made; the tag is given only when the whole of it went well.
  image=$(build_rootfs "$role" "$suite" "$packages" \
    | docker import \
      --change 'LABEL mysqler.sandbox=1' \
      --change 'ENTRYPOINT ["/usr/local/bin/entrypoint"]' \
      --change 'ENV LANG=C.UTF-8' \
      -) || {
    docker rmi "$image" >/dev/null 2>&1 || true
    return 1
  }
  version=$(docker run --rm --network none --entrypoint sh "$image" -c "$version_command" 2>/dev/null)
  if [[ $version != *"$expected"* ]]; then
    docker rmi "$image" >/dev/null
    echo "images: suite $suite has '$version', and the sandbox needs $expected" >&2
    return 1
  fi
  docker tag "$image" "$tag"
}

case ${1:-} in
  names)
    echo "mysql=$mysql_tag"
    echo "mariadb=$mariadb_tag"
    echo "ssh=$ssh_tag"
    ;;
  build)
    # Downloading and unpacking alternate, so building side by side is faster even on two cores.
    "$image_dir/build-base.sh" --if-missing & base=$!
    build "$mysql_tag" mysql sid "$mysql_packages" ' 9.' 'mysqld --version' & mysql=$!
    build "$mariadb_tag" mariadb bookworm "$mariadb_packages" ' 10.11.' 'mariadbd --version' & mariadb=$!
    build "$ssh_tag" ssh bookworm "$ssh_packages" 'OpenSSH_9.2' 'ssh -V 2>&1' & ssh=$!
    failed=0
    wait "$base" || failed=1
    wait "$mysql" || failed=1
    wait "$mariadb" || failed=1
    wait "$ssh" || failed=1
    exit "$failed"
    ;;
  *)
    echo "usage: $0 names|build" >&2
    exit 2
    ;;
esac
