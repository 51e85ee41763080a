# shellcheck shell=bash
# The replica: cloned from the primary when it is new or can no longer follow, then kept following by GTID.
# Sourced by sandbox.sh after servers.sh.

catch_up_deadline_seconds=180

replication_sql() {
  cat <<SQL
CHANGE REPLICATION SOURCE TO SOURCE_HOST = '$primary', SOURCE_PORT = 3306, SOURCE_USER = 'replicator',
  SOURCE_PASSWORD = '$replicator_password', SOURCE_AUTO_POSITION = 1, SOURCE_SSL = 1, GET_SOURCE_PUBLIC_KEY = 1,
  SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 86400;
START REPLICA;
SQL
}

# Prints "IO-thread SQL-thread source-host" as the server sees them, or nothing when replication is not set up.
replication_state() {
  sql "$replica" <<'SQL' 2>/dev/null
SELECT c.SERVICE_STATE, a.SERVICE_STATE, f.HOST
FROM performance_schema.replication_connection_status c
JOIN performance_schema.replication_applier_status a USING (CHANNEL_NAME)
JOIN performance_schema.replication_connection_configuration f USING (CHANNEL_NAME)
SQL
}

# Answers 0 once the replica has applied everything that the primary had committed when asked.
caught_up() { # SECONDS
  local gtids
  gtids=$(sql "$primary" <<<'SELECT @@GLOBAL.gtid_executed' | tr -d '\\n')
  [[ $(sql "$replica" <<<"SELECT WAIT_FOR_EXECUTED_GTID_SET('$gtids', $1)" 2>/dev/null) == 0 ]]
}

# A clone holds InnoDB tables only: the one of MyISAM arrives empty.
copy_legacy_log() {
  {
    echo 'SET SESSION sql_log_bin = 0; TRUNCATE TABLE shop.legacy_log;'
    sql "$primary" <<'SQL'
SELECT CONCAT('INSERT INTO shop.legacy_log VALUES (', id, ', ', QUOTE(message), ', ', QUOTE(logged_at), ');')
FROM shop.legacy_log ORDER BY id
SQL
  } | sql "$replica"
}

clone_from_primary() {
  step 'cloning the replica from the primary'
  sql "$replica" <<<"STOP REPLICA; RESET REPLICA ALL; SET GLOBAL read_only = OFF;
    SET GLOBAL clone_valid_donor_list = '$primary:3306'"
  # The server cannot restart itself without a supervisor, so a clone that went well ends as error 3707 and an exit.
  local answer
  answer=$(sql "$replica" 2>&1 <<SQL || true
CLONE INSTANCE FROM 'replicator'@'$primary':3306 IDENTIFIED BY '$replicator_password' REQUIRE SSL;
SQL
)
  if [[ $answer != *3707* ]]; then
    echo "sandbox: the replica could not be cloned: $answer" >&2
    return 1
  fi
  timeout 60 docker wait "$replica" >/dev/null
  docker start "$replica" >/dev/null
  await_ready "$replica"
  copy_legacy_log
  sql "$replica" <<<"$(replication_sql)"
}

ensure_replication() { # fresh|as-is
  local state
  if [[ $1 == fresh ]]; then
    clone_from_primary
  else
    state=$(replication_state)
    case $state in
      ON*ON*"$primary") ;;
      *"$primary") sql "$replica" <<<'START REPLICA' >/dev/null 2>&1 || true ;;
      *) clone_from_primary ;;
    esac
  fi
  caught_up 20 && return
  # Long behind is no reason to clone; standing still is.
  state=$(replication_state)
  if [[ $state == ON*ON*"$primary" ]]; then
    step 'waiting for the replica to catch up'
    caught_up "$catch_up_deadline_seconds" && return
  fi
  clone_from_primary
  caught_up "$catch_up_deadline_seconds" || {
    echo 'sandbox: the replica does not follow the primary:' >&2
    sql "$replica" -E <<<'SHOW REPLICA STATUS' >&2
    return 1
  }
}
