#!/usr/bin/env bash
# Real servers to develop and test against: MySQL 9.7 with a GTID replica, and MariaDB 10.11, in Docker containers.
#
#   sandbox.sh up          make and start what is missing, heal what is broken
#   sandbox.sh down        stop the servers; their data stays
#   sandbox.sh status      what runs, and how the replica does
#   sandbox.sh sql SERVER  a root client on primary, replica or mariadb, statements on standard input
#   sandbox.sh env         print KEY=value lines for tests (a value is verbatim to the end of its line, unquoted)
#   sandbox.sh clean       remove every container, volume, network and image that the sandbox made
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
state_dir=$root/target/sandbox
# shellcheck source=settings.sh
source "$here/settings.sh"
# shellcheck source=servers.sh
source "$here/servers.sh"
# shellcheck source=seed.sh
source "$here/seed.sh"
# shellcheck source=replication.sh
source "$here/replication.sh"

step() { printf 'sandbox: [%3ds] %s\n' "$SECONDS" "$1" >&2; }

progress() { # WHAT DONE TOTAL
  local percent=$((100 * $2 / $3))
  if [[ -t 2 ]]; then
    printf '\r         %s %3d%%  %d / %d rows ' "$1" "$percent" "$2" "$3" >&2
    (($2 < $3)) || printf '\n' >&2
  elif ((percent % 25 == 0)); then
    step "$1 $percent%"
  fi
}

image_names() {
  local names
  names=$("$here/images.sh" names)
  mysql_image=$(sed -n 's/^mysql=//p' <<<"$names")
  mariadb_image=$(sed -n 's/^mariadb=//p' <<<"$names")
  ssh_image=$(sed -n 's/^ssh=//p' <<<"$names")
}

print_env() {
  cat <<ENV
MYSQLER_SANDBOX_PRIMARY_HOST=127.0.0.1
MYSQLER_SANDBOX_PRIMARY_PORT=${port[$primary]}
MYSQLER_SANDBOX_PRIMARY_CONTAINER=$primary
MYSQLER_SANDBOX_REPLICA_HOST=127.0.0.1
MYSQLER_SANDBOX_REPLICA_PORT=${port[$replica]}
MYSQLER_SANDBOX_REPLICA_CONTAINER=$replica
MYSQLER_SANDBOX_MARIADB_HOST=127.0.0.1
MYSQLER_SANDBOX_MARIADB_PORT=${port[$mariadb]}
MYSQLER_SANDBOX_MARIADB_CONTAINER=$mariadb
MYSQLER_SANDBOX_NETWORK=$network
MYSQLER_SANDBOX_SCHEMA=shop
MYSQLER_SANDBOX_USER=mysqler
MYSQLER_SANDBOX_PASSWORD=$mysqler_password
MYSQLER_SANDBOX_ROOT_USER=root
MYSQLER_SANDBOX_ROOT_PASSWORD=$root_password
MYSQLER_SANDBOX_APP_USER=app
MYSQLER_SANDBOX_APP_PASSWORD=$app_password
MYSQLER_SANDBOX_LIMITED_USER=limited
MYSQLER_SANDBOX_LIMITED_PASSWORD=$limited_password
MYSQLER_SANDBOX_DBA_USER=dba
MYSQLER_SANDBOX_DBA_PASSWORD=$dba_password
MYSQLER_SANDBOX_TRICKY_USER=tricky
MYSQLER_SANDBOX_TRICKY_PASSWORD=$tricky_password
MYSQLER_SANDBOX_CA_FILE=$state_dir/ca.pem
MYSQLER_SANDBOX_OTHER_CA_FILE=$state_dir/other-ca.pem
MYSQLER_SANDBOX_MYSQL_IMAGE=$mysql_image
MYSQLER_SANDBOX_MARIADB_IMAGE=$mariadb_image
MYSQLER_SANDBOX_SSH_IMAGE=$ssh_image
MYSQLER_SANDBOX_BASE_IMAGE=$runner_image
ENV
}

# Taken from the running server each time: another clone of this repository may have made it.
write_state() {
  local file
  mkdir -p "$state_dir"
  for file in ca.pem other-ca.pem; do
    docker exec "$primary" cat "/tls/$file" >"$state_dir/$file.part"
    mv "$state_dir/$file.part" "$state_dir/$file"
  done
  print_env >"$state_dir/env.part"
  mv "$state_dir/env.part" "$state_dir/env"
}

# One `up` or `clean` at a time on this machine, whoever calls it from whatever clone.
take_lock() {
  exec 9>"${TMPDIR:-/tmp}/mysqler-sandbox-$(id -u).lock"
  flock --nonblock 9 && return
  step 'another sandbox command is at work, waiting for it'
  flock 9
}

# A test that was killed leaves its schema behind; one that is a day old belongs to nobody any more.
drop_forgotten_schemas() { # SERVER
  local schema
  while IFS= read -r schema; do
    step "dropping $schema on $1, left by a test more than a day ago"
    sql "$1" <<<"DROP DATABASE \`$schema\`"
  done < <(sql "$1" <<'SQL'
SELECT table_schema FROM information_schema.tables WHERE table_schema LIKE 'mysqler\_test%'
GROUP BY table_schema HAVING MAX(create_time) < NOW() - INTERVAL 1 DAY AND table_schema NOT LIKE '%`%'
SQL
  )
}

up() {
  local server replica_needs=as-is
  "$root/make/docker-engine.sh"
  take_lock
  step 'images'
  "$here/images.sh" build 9>&-
  step 'servers'
  ensure_network
  ensure_certificates
  docker volume inspect "$(data_volume "$replica")" >/dev/null 2>&1 || replica_needs=fresh
  for server in "${servers[@]}"; do ensure_running "$server"; done
  for server in "${servers[@]}"; do await_ready "$server"; done
  ensure_accounts "$primary"
  ensure_accounts "$mariadb"
  ensure_rows "$primary" "$orders_rows"
  [[ $rows_were_made == no ]] || replica_needs=fresh
  ensure_rows "$mariadb" "$mariadb_orders_rows"
  ensure_replication "$replica_needs"
  drop_forgotten_schemas "$primary"
  drop_forgotten_schemas "$mariadb"
  write_state
  step "ready: MySQL 127.0.0.1:${port[$primary]}, replica :${port[$replica]}, MariaDB :${port[$mariadb]}"
}

down() {
  local server
  for server in "${servers[@]}"; do
    [[ $(state_of "$server") != paused ]] || docker unpause "$server" >/dev/null
    [[ $(state_of "$server") != running ]] || docker stop "$server" >/dev/null
  done
  step 'stopped; the data stays (clean removes it)'
}

status() {
  local server
  for server in "${servers[@]}"; do
    printf '%-26s 127.0.0.1:%s  %s\n' "$server" "${port[$server]}" "$(state_of "$server")"
  done
  [[ $(state_of "$replica") != running ]] || printf 'replication                %s\n' "$(replication_state)"
}

remove_each() { # WHAT REMOVE-COMMAND, names on standard input
  local name answer
  while IFS= read -r name; do
    # shellcheck disable=SC2086  # the command is two or three words
    if answer=$(docker $2 "$name" 2>&1); then
      echo "removed $1 $name"
    else
      echo "kept $1 $name: $answer" >&2
    fi
  done
}

# By name, and by id what has lost its name: an id with two names would be refused.
images_with() { # LABEL
  docker images --filter "label=$1" --format '{{ .Repository }}:{{ .Tag }} {{ .ID }}' \
    | awk '{ print ($1 ~ /<none>/) ? $2 : $1 }' | sort -u
}

clean() {
  "$root/make/docker-engine.sh"
  take_lock
  docker ps --all --filter "label=$label" --format '{{ .Names }}' | remove_each container 'rm --force --volumes'
  docker volume ls --quiet --filter "label=$label" | remove_each volume 'volume rm'
  docker network ls --filter "label=$label" --format '{{ .Name }}' | remove_each network 'network rm'
  images_with "$label" | remove_each image rmi
  # The runner image and its base, which inherit this label from each other.
  images_with mysqler.recipe | remove_each image rmi
  rm -rf "$state_dir"
}

image_names
case ${1:-} in
  up) up ;;
  down) down ;;
  status) status ;;
  sql) sql "mysqler-sandbox-${2:?SERVER is missing}" "${@:3}" ;;
  env) print_env ;;
  clean) clean ;;
  *)
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac
