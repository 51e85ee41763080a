# shellcheck shell=bash
# Accounts and sample rows of the sandbox. Sourced by sandbox.sh after servers.sh.

rows_per_statement=50000

quoted() { # TEXT, as the inside of an SQL string
  local text=${1//\\/\\\\}
  printf '%s' "${text//\'/\'\'}"
}

accounts_sql() {
  local text name password
  text=$(<"$here/seed/users.sql")
  for name in root mysqler tricky dba app limited; do
    password=${name}_password
    # A substitution, not sed: the passwords hold every delimiter there is.
    text=${text//"{$name}"/"$(quoted "${!password}")"}
  done
  echo "$text"
}

replicator_sql() {
  echo "CREATE USER IF NOT EXISTS 'replicator'@'%' IDENTIFIED BY '$replicator_password';"
  echo "GRANT REPLICATION SLAVE, BACKUP_ADMIN ON *.* TO 'replicator'@'%';"
}

ensure_accounts() { # SERVER
  local recipe
  recipe=$({ accounts_sql; replicator_sql; } | sha256sum | cut -c1-12)
  marker_is "$1" accounts "$recipe" && return
  {
    accounts_sql
    [[ $1 == "$mariadb" ]] || replicator_sql
  } | sql "$1"
  set_marker "$1" accounts "$recipe"
}

seed_recipe() { # ROWS
  { echo "$1"; declare -f fill; cat "$here"/seed/{schema,small,orders}.sql; } | sha256sum | cut -c1-12
}

# The seed is not written to the binary log: the replica gets it as a clone, in seconds instead of a minute.
fill() { # SERVER ROWS
  local server=$1 rows=$2 first count
  {
    echo 'SET SESSION sql_log_bin = 0;'
    cat "$here/seed/schema.sql" "$here/seed/small.sql"
  } | sql "$server"
  for ((first = 1; first <= rows; first += rows_per_statement)); do
    count=$((rows - first + 1 < rows_per_statement ? rows - first + 1 : rows_per_statement))
    {
      echo "SET SESSION sql_log_bin = 0; SET @first = $first, @count = $count;"
      cat "$here/seed/orders.sql"
    } | sql "$server"
    progress "$server: orders" $((first + count - 1)) "$rows"
  done
  # The keys come last: building them in one go costs a tenth of keeping them up to date.
  sql "$server" <<'SQL' >/dev/null
SET SESSION sql_log_bin = 0;
ALTER TABLE `shop`.`orders` ADD KEY `idx_customer` (`customer_id`), ADD KEY `idx_created` (`created_at`);
ANALYZE NO_WRITE_TO_BINLOG TABLE `shop`.`customers`, `shop`.`orders`, `shop`.`categories`, `shop`.`invoices`,
  `shop`.`invoice_lines`, `shop`.`legacy_log`, `shop`.`event_raw`, `shop`.`stock`;
SQL
}

# Sets rows_were_made to yes or no. (Not an exit code: a function called as a condition runs on after a failure.)
ensure_rows() { # SERVER ROWS
  local recipe
  recipe=$(seed_recipe "$2")
  rows_were_made=no
  marker_is "$1" seed "$recipe" && return
  step "filling $1 with the sample shop ($2 orders)"
  if [[ $1 == "$primary" ]]; then
    sql "$1" <<<'SET GLOBAL innodb_flush_log_at_trx_commit = 0, GLOBAL sync_binlog = 0'
  fi
  fill "$1" "$2"
  if [[ $1 == "$primary" ]]; then
    sql "$1" <<<'SET GLOBAL innodb_flush_log_at_trx_commit = 1, GLOBAL sync_binlog = 1'
  fi
  set_marker "$1" seed "$recipe"
  rows_were_made=yes
}
