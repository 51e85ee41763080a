#!/usr/bin/env bash
# Proves that dependencies point one way: ui → shell → core → contract, and that adapters do not know each other.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
cd "$root"

wrong=0

# Every package that PACKAGE is built from, features and platforms of every kind included.
packages_of() { # PACKAGE
  cargo tree --package "$1" --edges normal --target all --prefix none --format '{p}' --locked | awk '{ print $1 }' | sort -u
}

must_not_use() { # PACKAGE FORBIDDEN-PATTERN WHY
  local found
  found=$(packages_of "$1" | grep -Ex "$2" | tr '\n' ' ' || true)
  [[ -n $found ]] || return 0
  echo "$1 depends on ${found% }: $3"
  wrong=1
}

shells='tauri|tauri-.*|wry|tao'
clients='russh|bollard|bollard-.*|sqlx|sqlx-.*|libsqlite3-sys|mysql|mysql_async|keyring'
adapters='mysqler-(store|mysql|runner|tunnel)'

must_not_use mysqler-contract "$shells|$clients|tokio|mysqler-(core|host|ctl)|$adapters|mysqler" 'the contract is plain data'
must_not_use mysqler-core "$shells|$clients|mysqler-(host|ctl)|$adapters|mysqler" 'the core knows the world through its ports only'
for adapter in store mysql runner tunnel; do
  others=$(printf 'mysqler-%s|' store mysql runner tunnel | sed "s/mysqler-$adapter|//; s/|\$//")
  must_not_use "mysqler-$adapter" "$shells|$others|mysqler-(host|ctl)|mysqler" 'an adapter knows the core, and no other adapter'
done
must_not_use mysqler-store 'bollard' 'the store knows no container engine'
must_not_use mysqler-mysql 'bollard' 'server access knows no container engine'
must_not_use mysqler-runner 'sqlx|sqlx-.*' 'the runner knows no database client'
must_not_use mysqler-host "$shells" 'both hosts stand on it, and one of them has no window'
must_not_use mysqler-ctl "$shells|mysqler" 'the command line has no window'

# The one place of the window that may speak to the shell.
outside=$(grep -rlE "from ['\"]@tauri-apps/api" ui/src --include='*.ts' --include='*.vue' | grep -v '^ui/src/ipc/' || true)
if [[ -n $outside ]]; then
  echo "only ui/src/ipc may import @tauri-apps/api: $outside"
  wrong=1
fi

exit "$wrong"
