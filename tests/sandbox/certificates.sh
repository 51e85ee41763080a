#!/usr/bin/env bash
# Makes a certificate authority and a certificate for each server named on the command line, in the directory DIR.
#
#   certificates.sh DIR SERVER…
#
# Each certificate is valid for the server's name and for loopback, so that `verify-identity` can succeed.
# other-ca.pem signed nothing: it is there for tests that must fail to verify.
set -euo pipefail

dir=${1:?DIR is missing}
shift
days=3650

authority() { # FILE COMMON-NAME
  openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days "$days" -subj "/CN=$2" \
    -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign' \
    -keyout "$dir/$1-key.pem" -out "$dir/$1.pem" 2>/dev/null
}

authority ca 'MySQLer sandbox authority'
authority other-ca 'MySQLer sandbox, an unrelated authority'

for server in "$@"; do
  openssl req -newkey rsa:2048 -nodes -sha256 -subj "/CN=$server" \
    -keyout "$dir/$server-key.pem" -out "$dir/$server.csr" 2>/dev/null
  openssl x509 -req -in "$dir/$server.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca-key.pem" -CAcreateserial \
    -days "$days" -sha256 -out "$dir/$server-cert.pem" \
    -extfile <(printf 'subjectAltName=DNS:%s,DNS:localhost,IP:127.0.0.1,IP:::1\nextendedKeyUsage=serverAuth,clientAuth\n' "$server") \
    2>/dev/null
  rm "$dir/$server.csr"
done

# Nobody can sign with this authority again: a new set is made as a whole.
rm -f "$dir"/ca-key.pem "$dir"/other-ca-key.pem "$dir"/*.srl
chmod 0644 "$dir"/*.pem
