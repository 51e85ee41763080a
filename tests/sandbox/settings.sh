# shellcheck shell=bash
# shellcheck disable=SC2034  # read by the scripts that source this file
# What the sandbox's servers are called, where they listen, and who may log in. Sourced, never run.
#
# The passwords are constants on purpose: the servers listen on loopback only and hold invented data.

network=mysqler-sandbox
label=mysqler.sandbox=1

primary=mysqler-sandbox-primary
replica=mysqler-sandbox-replica
mariadb=mysqler-sandbox-mariadb
servers=("$primary" "$replica" "$mariadb")

declare -A port=(["$primary"]=33961 ["$replica"]=33962 ["$mariadb"]=33963)

certificates_volume=mysqler-sandbox-certificates
data_volume() { echo "$1-data"; } # SERVER

orders_rows=2000000
mariadb_orders_rows=20000

root_password=sandbox-root
mysqler_password=sandbox-mysqler
dba_password=sandbox-dba
app_password=sandbox-app
limited_password=sandbox-limited
replicator_password=sandbox-replicator
# Every character that argument lists, option files, DSNs and URLs have trouble with.
tricky_password='a,b'\''c"d $e\f`g#h;i=j ü'

runner_image=mysqler/pt-base:3.7.1
