#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs a command beside a throw-away PostgreSQL server on a free loopback port:
#   scripts/with-postgres.sh cargo test --workspace --test it
# The command finds the server's address in COUNTERSIGN_TEST_DATABASE. Server and data are gone
# afterwards; nothing is fsynced, so never keep anything in it.
set -euo pipefail
[ $# -gt 0 ] || { echo "usage: $0 COMMAND [ARGUMENT]..." >&2; exit 2; }

bin=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1 | xargs -r dirname)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb || true)")
[ -x "$bin/initdb" ] || { echo "error: no PostgreSQL server found: install the package postgresql" >&2; exit 1; }

folder=$(mktemp -d)
data=$folder/data
# PostgreSQL refuses to run as root: its own user is there wherever its package is.
if [ "$(id -u)" -eq 0 ]; then
  chown postgres "$folder"
  as_server() { (cd "$folder" && runuser -u postgres -- "$@"); }
else
  as_server() { "$@"; }
fi

stop() {
  if [ -f "$data/postmaster.pid" ]; then as_server "$bin/pg_ctl" -D "$data" -m immediate -w stop >/dev/null || true; fi
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

as_server "$bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C -N >"$folder/initdb.log" 2>&1 ||
  { cat "$folder/initdb.log" >&2; exit 1; }

start() {
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  as_server "$bin/pg_ctl" -D "$data" -l "$data/server.log" -w -t 30 start -o "-p $port -k '' \
    -c listen_addresses=127.0.0.1 -c max_connections=300 \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off" >/dev/null
}
# Another program may take the port between asking for a free one and using it.
start || start || { cat "$data/server.log" >&2; exit 1; }

echo "==> PostgreSQL $("$bin/postgres" --version | grep -oE '[0-9]+\.[0-9]+' | head -n 1) on 127.0.0.1:$port, for this run only"
export COUNTERSIGN_TEST_DATABASE="postgres://postgres@127.0.0.1:$port/postgres"
"$@"
