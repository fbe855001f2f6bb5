#!/usr/bin/env bash
# Lets whole foreign programs judge ours: reverse proxies in front of the server, mail servers and filters that deliver, a relay
# that fails in every way, a browser before the report of the load generator, readers of rich text and winmail.dat, Dovecot beside the
# gateway, mail programs in front of it, dpkg and a second folder for the packages. It installs them with apt-get, so it is for machines that
# can be thrown away; none of them starts as a service.
#
#   scripts/judges.sh [JUDGE...]    all of scripts/judges/ if none is named
#
# The server and everything of the judges lives in a temporary folder and ends with this script.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/steps.sh

fail() {
	echo "judges.sh: $*" >&2
	exit 1
}

install() {
	local -a missing=()
	local package
	for package in nginx-light haproxy chromium tnef unrtf swaks procmail python3-aiosmtpd openssl; do
		[ -e "/var/lib/dpkg/info/$package.list" ] || missing+=("$package")
	done
	[ ${#missing[@]} -eq 0 ] || install_packages "run this on a machine with Debian or Ubuntu that can be thrown away" "${missing[@]}"
}

# unpack puts packages into folders of $folder/unpacked: some exclude each other, and some would start a service. What libraries they need is
# installed.
unpack() {
	local -a missing=()
	local package
	apt-cache show "$@" >/dev/null 2>&1 || apt-get update -q >&2 || fail "apt-get could not read the lists of packages (see above)"
	for package in $(apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$@" |
		sed -n 's/^ *Depends: \(lib[^ ]*\)$/\1/p' | sort -u); do
		dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q ' installed$' || missing+=("$package")
	done
	[ ${#missing[@]} -eq 0 ] || install_packages "run this on a machine with Debian or Ubuntu that can be thrown away" "${missing[@]}"
	mkdir -p "$folder/unpacked"
	(cd "$folder/unpacked" && apt-get download -q "$@" >&2) || fail "apt-get could not fetch $* (see above)"
	for package; do
		dpkg-deb -x "$folder/unpacked/$package"_*.deb "$folder/unpacked/$package"
	done
}

step=
outside=() # files outside of the folder that go with it
pids=() # of what runs in the background, the server first
folder=$(mktemp -d /tmp/zarafa-judges.XXXXXX)

clean_up() {
	local status=$? pid
	trap '' INT TERM HUP
	trap - EXIT
	for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
		pid=${pids[i]}
		kill -TERM "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	rm -rf "$folder" "${outside[@]}"
	exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# free_port prints a port that nobody has; judges and server take different ones, from 24000 on.
next_port=24000
free_port() {
	while (exec 3<>"/dev/tcp/127.0.0.1/$next_port") 2>/dev/null; do next_port=$((next_port + 1)); done
	port=$next_port
	next_port=$((next_port + 1))
}

# until_listening waits for a program in the background to take connections.
until_listening() {
	local pid=$1 port=$2
	until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
		kill -0 "$pid" 2>/dev/null || fail "a program has ended before it listened on port $port (see above)"
		run_step sleep 0.1
	done
}

start_server() {
	free_port && server_port=$port
	cat >"$folder/server.cfg" <<SETTINGS
database_engine = sqlite
sqlite_path = $folder/zarafa.db
index_path = $folder/search
server_listen = *%lo:$server_port
server_pipe_name = $folder/server.sock
local_admin_users = root $(id -u)
log_file = -
log_level = 2
SETTINGS
	run_server
	admin="file://$folder/server.sock"
}

# run_server starts the server with its settings, again after stop_server.
run_server() {
	bin/zarafa-server -c "$folder/server.cfg" &
	pids[0]=$!
	until_listening $! "$server_port"
}

stop_server() {
	kill -TERM "${pids[0]}"
	wait "${pids[0]}" || fail "the server has ended with status $?"
}

PATH=$PATH:/usr/sbin:/usr/local/sbin
install
start_server
[ $# -gt 0 ] || set -- $(basename -s .sh -a scripts/judges/*.sh)
for judge; do
	[ -e "scripts/judges/$judge.sh" ] || fail "there is no judge $judge; there are: $(basename -s .sh -a scripts/judges/*.sh | paste -sd ' ')"
	echo "== $judge"
	. "scripts/judges/$judge.sh"
done
echo "== all judges are content"
