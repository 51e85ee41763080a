#!/usr/bin/env bash
# Makes sure that a Docker engine answers, starting one when none does.
set -euo pipefail

# An ordinary user's PATH lacks the place of dockerd.
export PATH=$PATH:/usr/sbin:/usr/local/sbin:/sbin
deadline_seconds=60
log=/var/log/mysqler-dockerd.log

answers() { timeout 10 docker info >/dev/null 2>&1; }

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# The socket belongs to root and the group `docker`. Membership counts only after the next login, so this session
# gets its access to the socket by an access list as well.
open_socket_to_me() {
  ((EUID == 0)) && return
  as_root setfacl -m "u:$(id -un):rw" /var/run/docker.sock
}

answers && exit 0

if ! command -v docker >/dev/null; then
  echo "docker: no docker command on this machine; 'make setup' installs it" >&2
  exit 1
fi
if [[ -n ${DOCKER_HOST:-} ]]; then
  echo "docker: DOCKER_HOST is $DOCKER_HOST and nothing answers there; start that engine, or unset DOCKER_HOST" >&2
  exit 1
fi
# The client may be here alone: an engine comes with the package docker.io.
if ! command -v dockerd >/dev/null; then
  echo "docker: there is a client but no engine on this machine; 'make setup' installs one" >&2
  exit 1
fi

if [[ -S /var/run/docker.sock ]] && as_root timeout 10 docker info >/dev/null 2>&1; then
  open_socket_to_me
elif [[ -d /run/systemd/system ]] && systemctl cat docker.service >/dev/null 2>&1; then
  echo "docker: starting the engine (systemctl start docker)"
  as_root systemctl start docker
  open_socket_to_me
else
  echo "docker: starting the engine (log: $log)"
  # A session of its own, and no inherited descriptors: it has to outlive this script, and must not hold our locks.
  as_root sh -c 'setsid dockerd </dev/null >"$1" 2>&1 3>&- 4>&- 8>&- 9>&- &' sh "$log"
  for ((i = 0; i < deadline_seconds * 2; i++)); do
    as_root timeout 10 docker info >/dev/null 2>&1 && break
    sleep 0.5
  done
  open_socket_to_me
fi

if ! answers; then
  echo "docker: the engine did not answer within $deadline_seconds s; the end of its log:" >&2
  as_root tail -n 15 "$log" >&2 || true
  exit 1
fi
