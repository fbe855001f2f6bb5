#!/usr/bin/env bash
# Shows several servers on one machine, without root: three servers that share their users, each with the stores of some of
# them. Simulated users log on at the first one and end up where their mailboxes are. The data is in var/three-nodes;
# delete that folder to start anew. Ctrl-C stops everything. docs/several-servers.md explains it.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/steps.sh

nodes=(one two three)
http_port=2241 # of the first one; the others follow
https_port=2251
status_port=2261
users=6
password=secret
dir=$PWD/var/three-nodes

servers=() # processes
step=

say() { printf '\n== %s\n' "$*"; }
fail() {
	echo "three-nodes.sh: $*" >&2
	exit 1
}

# clean_up stops what this script has started, however it ends.
clean_up() {
	local status=$? pid
	trap '' INT TERM HUP
	trap - EXIT
	for pid in $step "${servers[@]}"; do
		kill -TERM "$pid" 2>/dev/null || true
	done
	for pid in $step "${servers[@]}"; do
		wait "$pid" 2>/dev/null || true
	done
	exit "$status"
}

# make_key makes a key with its own certificate, NAME.pem, and the public key alone.
make_key() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=$1" \
		-addext subjectAltName=IP:127.0.0.1 -keyout "$dir/$1.key" -out "$dir/$1.crt" 2>/dev/null ||
		fail "openssl is needed to make keys; install it with apt-get install openssl"
	cat "$dir/$1.key" "$dir/$1.crt" >"$dir/$1.pem"
	openssl pkey -in "$dir/$1.key" -pubout -out "$dir/$1.pub"
}

# make_settings writes the list of servers, the settings of each, and those of the administrator's tool.
make_settings() {
	[ ! -e "$dir/admin.cfg" ] || return 0
	mkdir -p "$dir/sslkeys" && chmod 700 "$dir"
	make_key server
	make_key admin
	cat "$dir/server.crt" "$dir/admin.crt" >"$dir/ca.pem"
	cp "$dir/admin.pub" "$dir/sslkeys/admin.pem"
	local i node public=yes
	for i in "${!nodes[@]}"; do
		node=${nodes[$i]}
		mkdir -p "$dir/$node"
		echo "$node = address=127.0.0.1 http_port=$((http_port + i)) ssl_port=$((https_port + i))" \
			"file_path=$dir/$node/server.sock contains_public=$public" >>"$dir/servers.cfg"
		public=no
		cat >"$dir/$node.cfg" <<SETTINGS
enable_distributed_zarafa = yes
server_name = $node
servers_config = $dir/servers.cfg
database_engine = sqlite
sqlite_path = $dir/$node/zarafa.db
index_path = $dir/$node/search
cache_cell_size = 64m
cache_sortkey_size = 16m
server_listen = *%lo:$((http_port + i))
server_listen_tls = *%lo:$((https_port + i))
server_ssl_key_file = $dir/server.pem
server_ssl_ca_file = $dir/ca.pem
sslkeys_path = $dir/sslkeys
server_pipe_name = $dir/$node/server.sock
status_listen = 127.0.0.1:$((status_port + i))
local_admin_users = root $(id -u)
log_file = -
log_level = 3
SETTINGS
	done
	printf 'sslkey_file = %s\nssl_ca_file = %s\n' "$dir/admin.pem" "$dir/ca.pem" >"$dir/admin.cfg"
}

# admin runs the administrator's tool at a server.
admin() {
	local node=$1
	shift
	bin/zarafa-admin -h "file://$dir/$node/server.sock" --config "$dir/admin.cfg" "$@"
}

start_servers() {
	local i
	for i in "${!nodes[@]}"; do
		! healthy $((status_port + i)) || fail "port $((status_port + i)) answers already: stop the program that has it"
		set -m
		bin/zarafa-server -c "$dir/${nodes[$i]}.cfg" &
		servers+=($!)
		set +m
	done
	for i in "${!nodes[@]}"; do
		until healthy $((status_port + i)); do
			kill -0 "${servers[$i]}" 2>/dev/null || fail "server ${nodes[$i]} has ended (see above)"
			run_step sleep 0.1
		done
	done
}

# create_users makes the users on all servers, since each has a directory of its own, and their stores where they belong.
create_users() {
	local n node login home
	admin one -s >/dev/null 2>&1 || true # the public store may be there
	for ((n = 1; n <= users; n++)); do
		login=$(printf 'demo%04d' "$n")
		home=${nodes[$(((n - 1) % ${#nodes[@]}))]}
		admin one -l | grep -qw "$login" && continue
		for node in three two one; do
			printf '%s\n' "$password" "$password" |
				admin "$node" -c "$login" -P -f "Demo $n" -e "$login@localhost" --home-server "$home" >/dev/null || return
		done
		admin one --create-store "$login" >/dev/null || return # goes to the home server
	done
}

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

make_settings
say "three servers start"
start_servers
say "users, and their home servers"
create_users || fail "the users could not be created (see above); delete $dir to start anew"
admin one -l
say "the servers, as the second one lists them"
admin two --list-servers
say "$users simulated users of Outlook log on at the first server and work for 10 seconds"
status=0
run_step bin/zload run --url "http://127.0.0.1:$http_port/" --prefix demo --password "$password" --users "$users" --duration 10s \
	--compress 100 --interval 5s || status=$?
[ "$status" = 0 ] || [ "$status" = 3 ] || fail "the load could not be run (see above)"
say "what lies where: the first server shows a store of the third"
admin one --details "$(printf 'demo%04d' 3)"
cat <<CONNECT

== the servers are ready

  clients            http://127.0.0.1:$http_port/ to http://127.0.0.1:$((http_port + 2))/, any of them for any user
  users              demo0001 to $(printf 'demo%04d' "$users") with the password $password
  administration     bin/zarafa-admin -h file://$dir/one/server.sock --config $dir/admin.cfg -l
  settings           $dir

Ctrl-C stops them. The data stays for the next time.

CONNECT
trap 'exit 0' INT # the usual way to end
status=0
wait -n "${servers[@]}" || status=$?
fail "a server has ended with status $status (see above)"
