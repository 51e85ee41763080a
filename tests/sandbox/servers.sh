# shellcheck shell=bash
# The containers of the sandbox: made when missing, healed when a test broke them, told apart by a hash of their recipe.
# Sourced by sandbox.sh after settings.sh.

start_deadline_seconds=120

# Durability stays at its default on the primary, so a crash test means something. The replica is cloned anew whenever
# it is broken, so it gives up everything that a crash would need for keeping up with the primary on a small machine.
server_options() { # SERVER
  case $1 in
    "$primary")
      printf '%s\n' --server-id=1 --innodb-buffer-pool-size=512M --innodb-redo-log-capacity=1G \
        --log-bin=binlog --max-binlog-size=256M --binlog-expire-logs-seconds=3600
      ;;
    "$replica")
      printf '%s\n' --server-id=2 --innodb-buffer-pool-size=512M --innodb-redo-log-capacity=1G \
        --log-bin=binlog --log-replica-updates=OFF --binlog-expire-logs-seconds=1800 --sync-binlog=0 \
        --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=OFF --relay-log=relay \
        --report-host=127.0.0.1 "--report-port=${port[$replica]}" --read-only=ON
      ;;
    "$mariadb")
      printf '%s\n' --server-id=3 --innodb-buffer-pool-size=256M --log-bin=binlog --max-binlog-size=256M \
        --expire-logs-days=1 --character-set-server=utf8mb4 --performance-schema=ON
      ;;
  esac
  if [[ $1 != "$mariadb" ]]; then
    printf '%s\n' --gtid-mode=ON --enforce-gtid-consistency=ON --plugin-load-add=mysql_clone.so --mysqlx=OFF --secure-file-priv=NULL
  fi
  # Names are not resolved: a slow resolver must not look like a slow server.
  printf '%s\n' --port=3306 --max-connections=300 --log-bin-trust-function-creators=1 --skip-name-resolve
}

server_memory() { # SERVER
  case $1 in
    "$primary") echo 3g ;;
    *) echo 2g ;;
  esac
}

image_for() { # SERVER
  case $1 in
    "$mariadb") echo "$mariadb_image" ;;
    *) echo "$mysql_image" ;;
  esac
}

recipe_of() { # SERVER
  { server_options "$1"; image_for "$1"; server_memory "$1"; echo "${port[$1]}"; } | sha256sum | cut -c1-12
}

state_of() { # SERVER
  local state
  state=$(docker inspect --format '{{ .State.Status }}' "$1" 2>/dev/null) || state=missing
  echo "$state"
}

sql() { # SERVER [CLIENT-OPTION…], statements on standard input
  local server=$1 client=mysql
  shift
  [[ $server != "$mariadb" ]] || client=mariadb
  docker exec -i "$server" "$client" --no-defaults --socket=/run/mysqld/mysqld.sock --user=root \
    --default-character-set=utf8mb4 --batch --skip-column-names "$@"
}

ensure_network() {
  docker network inspect "$network" >/dev/null 2>&1 || docker network create --label "$label" "$network" >/dev/null
}

ensure_certificates() {
  local dir
  if ! docker volume inspect "$certificates_volume" >/dev/null 2>&1; then
    step 'making certificates'
    dir=$(mktemp -d)
    "$here/certificates.sh" "$dir" "${servers[@]}"
    docker volume create --label "$label" "$certificates_volume" >/dev/null
    if ! tar -C "$dir" -c . | docker run --rm -i --network none --entrypoint tar \
      -v "$certificates_volume:/tls" "$mysql_image" --no-same-owner -C /tls -x; then
      docker volume rm "$certificates_volume" >/dev/null
      rm -rf "$dir"
      return 1
    fi
    rm -rf "$dir"
  fi
}

create_server() { # SERVER
  local options
  mapfile -t options < <(server_options "$1")
  docker volume create --label "$label" "$(data_volume "$1")" >/dev/null
  docker create --name "$1" --hostname "$1" --network "$network" \
    --label "$label" --label "mysqler.recipe=$(recipe_of "$1")" \
    --publish "127.0.0.1:${port[$1]}:3306" --memory "$(server_memory "$1")" \
    --stop-timeout 60 --log-opt max-size=10m --log-opt max-file=2 \
    --volume "$(data_volume "$1"):/var/lib/mysql" --volume "$certificates_volume:/tls:ro" \
    "$(image_for "$1")" "${options[@]}" >/dev/null
}

# Brings a server to "running and on the network", whatever state a test or a reboot left it in.
ensure_running() { # SERVER
  local state recipe
  state=$(state_of "$1")
  [[ $state != paused ]] || docker unpause "$1" >/dev/null
  if [[ $state != missing ]]; then
    recipe=$(docker inspect --format '{{ index .Config.Labels "mysqler.recipe" }}' "$1")
    if [[ $recipe != "$(recipe_of "$1")" ]]; then
      step "re-creating $1, its recipe changed (the data stays)"
      docker stop "$1" >/dev/null
      docker rm "$1" >/dev/null
      state=missing
    fi
  fi
  if [[ $state == missing ]]; then create_server "$1"; fi
  if [[ -z $(docker inspect --format "{{ with index .NetworkSettings.Networks \"$network\" }}yes{{ end }}" "$1") ]]; then
    docker network connect "$network" "$1"
  fi
  if [[ $(state_of "$1") != running ]]; then
    docker start "$1" >/dev/null || {
      echo "sandbox: $1 could not start. If the message above is about port ${port[$1]}, another program holds it." >&2
      return 1
    }
  fi
}

await_ready() { # SERVER
  local deadline=$((SECONDS + start_deadline_seconds))
  until sql "$1" <<<'SELECT 1' >/dev/null 2>&1; do
    if [[ $(state_of "$1") != running ]] || ((SECONDS > deadline)); then
      echo "sandbox: $1 is not ready; the end of its log:" >&2
      docker logs --tail 20 "$1" >&2
      return 1
    fi
    sleep 0.3
  done
}

# A marker inside the data volume: it lives exactly as long as the data that it speaks of.
marker_is() { [[ $(docker exec "$1" cat "/var/lib/mysql/.$2" 2>/dev/null) == "$3" ]]; } # SERVER NAME VALUE
set_marker() { docker exec "$1" sh -c "echo '$3' > '/var/lib/mysql/.$2'"; }             # SERVER NAME VALUE
