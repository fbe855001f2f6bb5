#!/usr/bin/env bash
# Runs a server to try out: no root, no database to install. Its data and its
# settings are in var/; delete that folder to start anew. Ctrl-C stops it.
set -euo pipefail
cd "$(dirname "$0")/.."

port=2236
status_port=2237
users="alice bob carol"
password=secret
socket="file://$PWD/var/server.sock"

mkdir -p var
chmod 700 var
if [ ! -e var/server.cfg ]; then
	cat >var/server.cfg <<SETTINGS
# Settings of the server that "make run" starts; docs/server.cfg.md explains them.
# Paths are relative to the folder of the Makefile.
database_engine = sqlite
sqlite_path = var/zarafa.db
server_listen = *%lo:$port
server_pipe_name = var/server.sock
status_listen = 127.0.0.1:$status_port
local_admin_users = root $(id -u)
log_file = -
log_level = 4
SETTINGS
fi

# healthy asks the server whether it is ready.
healthy() {
	local answer=
	exec 3<>"/dev/tcp/127.0.0.1/$status_port" || return 1
	printf 'GET /healthz HTTP/1.0\r\n\r\n' >&3
	read -r answer <&3 || true
	exec 3>&-
	[[ $answer == *" 200 "* ]]
} 2>/dev/null

# create_users makes the users that are not there yet.
create_users() {
	local known user
	known=$(bin/zarafa-admin -h "$socket" -l) || return
	for user in $users; do
		grep -qw "$user" <<<"$known" && continue
		# -P reads the password twice; with -p every user of the machine could see it.
		printf '%s\n' "$password" "$password" |
			bin/zarafa-admin -h "$socket" -c "$user" -P -f "${user^}" -e "$user@localhost" || return
		bin/zarafa-admin -h "$socket" --create-store "$user" || return
	done
}

# prepare waits for the server, whose process number is $1, and makes it usable.
prepare() {
	until healthy; do
		kill -0 "$1" 2>/dev/null || return 0 # it has told why it ended
		sleep 0.1
	done
	if ! create_users; then
		echo "run.sh: the demo users could not be created (see above); the server runs without them" >&2
		return 0
	fi
	cat <<CONNECT

The server is ready.

  clients on this machine   http://127.0.0.1:$port/
  programs on this machine  $socket
  users                     ${users// /, } with the password $password
  administration            bin/zarafa-admin -h $socket -l
  health and metrics        http://127.0.0.1:$status_port/healthz and /metrics
  settings                  var/server.cfg

Ctrl-C stops it. The data stays in var/ for the next time.

CONNECT
}

# The server takes this process's place, so that Ctrl-C reaches it directly.
prepare $$ &
exec bin/zarafa-server -c var/server.cfg
