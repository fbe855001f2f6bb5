#!/usr/bin/env bash
# Runs a command with a private MariaDB server.
#
#   scripts/mariadb-test.sh COMMAND [ARGUMENT...]
#
# The server lives in a temporary folder and listens on a socket there alone, which
# only this user can reach. It is stopped and removed when the command ends, however
# it ends. The command finds it through ZARAFA_TEST_MYSQL_DSN, a data source name of
# github.com/go-sql-driver/mysql for a user who may create databases.
#
# mariadb-server is installed with apt-get if it is missing and this user may.
# ZARAFA_SKIP_MARIADB=1 runs the command without a database server.
set -euo pipefail
. "$(dirname "$0")/steps.sh"

fail() {
	echo "mariadb-test.sh: $*" >&2
	exit 1
}

[ $# -gt 0 ] || fail "give the command to run"

if [ "${ZARAFA_SKIP_MARIADB:-}" = 1 ]; then
	echo "mariadb-test.sh: ZARAFA_SKIP_MARIADB=1, so nothing is tested on MariaDB" >&2
	unset ZARAFA_TEST_MYSQL_DSN
	exec "$@"
fi

# Debian keeps the server where users who are not root do not look.
PATH=$PATH:/usr/sbin:/usr/local/sbin

# find_server prints the name of the server program.
find_server() {
	command -v mariadbd || command -v mysqld
}

find_server >/dev/null || install_packages "set ZARAFA_SKIP_MARIADB=1" mariadb-server
server=$(find_server) || fail "mariadb-server is installed but there is neither mariadbd nor mysqld"
command -v mariadb-install-db >/dev/null || fail "$server is there but mariadb-install-db is not; install the whole mariadb-server, or set ZARAFA_SKIP_MARIADB=1"

# The path of a socket may have 107 bytes, so the folder is not below a deep TMPDIR.
folder=$(mktemp -d /tmp/zarafa-mariadb.XXXXXX)
pid=  # of the database server
step= # process group of the command

clean_up() {
	local status=$?
	trap '' INT TERM HUP
	trap - EXIT
	[ -z "$step" ] || kill -TERM -- "-$step" 2>/dev/null || true
	if [ -n "$pid" ]; then
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	fi
	rm -rf "$folder"
	exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# The server refuses to run as root.
user=$(id -un)
if [ "$(id -u)" = 0 ]; then
	user=mysql
	id "$user" >/dev/null 2>&1 || fail "there is no user mysql to run the server as; install mariadb-server from its package"
	chown "$user" "$folder"
fi

if ! mariadb-install-db --no-defaults --user="$user" --datadir="$folder/data" \
	--auth-root-authentication-method=normal --skip-test-db >"$folder/install.log" 2>&1; then
	cat "$folder/install.log" >&2
	fail "the database could not be created (see above)"
fi

# Durable commits, as in production: some tests kill the zarafa server and count.
"$server" --no-defaults --user="$user" --datadir="$folder/data" \
	--socket="$folder/mysqld.sock" --pid-file="$folder/mysqld.pid" \
	--skip-networking \
	--innodb-flush-log-at-trx-commit=1 --innodb-buffer-pool-size=256M \
	--max-connections=500 --max-allowed-packet=64M \
	--character-set-server=utf8mb4 --skip-log-bin \
	>"$folder/server.log" 2>&1 &
pid=$!

client=$(command -v mariadb || command -v mysql) || fail "there is no mariadb client program"
query() { "$client" --no-defaults --user=root --socket="$folder/mysqld.sock" --execute="$1"; }

for attempt in $(seq 300); do
	query 'SELECT 1' >/dev/null 2>&1 && break
	kill -0 "$pid" 2>/dev/null && [ "$attempt" -lt 300 ] && sleep 0.2 && continue
	cat "$folder/server.log" >&2
	fail "the database server did not start (see above)"
done
query 'CREATE DATABASE zarafa_test'

export ZARAFA_TEST_MYSQL_DSN="root@unix($folder/mysqld.sock)/zarafa_test"
status=0
run_step "$@" || status=$?
exit "$status"
