#!/usr/bin/env bash
# Saves the sandbox's primary as a connection, unless one of that name is there already.
#
#   save-sandbox-connection.sh NAME MYSQLERCTL [MYSQLERCTL-OPTION…]
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

name=${1:?NAME is missing}
shift
ctl=("$@")
load_sandbox_env

if "${ctl[@]}" connection show "$name" >/dev/null 2>&1; then
  exit 0
fi
printf '%s' "$MYSQLER_SANDBOX_DBA_PASSWORD" | "${ctl[@]}" connection add "$name" \
  --host "$MYSQLER_SANDBOX_PRIMARY_HOST" --port "$MYSQLER_SANDBOX_PRIMARY_PORT" \
  --user "$MYSQLER_SANDBOX_DBA_USER" --password-stdin --database "$MYSQLER_SANDBOX_SCHEMA" \
  --env dev --tls verify-identity --ca "$MYSQLER_SANDBOX_CA_FILE"
