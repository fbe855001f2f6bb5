#!/usr/bin/env bash
# Shows the main job in one go, without root and without a database to install: ztune plans for this machine, the server
# starts with that plan, and the agents beside it; mailboxes are filled, simulated users work for a while, and all stays up. Its data and
# its settings are in var/; delete that folder to start anew. Ctrl-C stops it, whatever it is doing.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/steps.sh

port=2236
status_port=2237
lmtp_port=2224
imap_port=2293
pop3_port=2295
web_port=2280
smtp_port=2225 # where mail of the spooler goes, from which it comes back to the delivery agent
users="alice bob carol"
mail_users="alice bob" # who may use mail programs; the server lets nobody by default
password=secret
load_users=50
load_messages=100
load_seconds=20
load_compress=100
socket="file://$PWD/var/server.sock"
filled=var/filled # is there when all mailboxes of the simulated users are full

server= # process of the server
agents= # processes of the agents and of the mail server between them
step=   # process of what is being done beside it
memory_limit=

say() { printf '\n== %s\n' "$*"; }
fail() {
	echo "run.sh: $*" >&2
	exit 1
}

# clean_up stops what this script has started, however it ends.
clean_up() {
	local status=$?
	trap '' INT TERM HUP
	trap - EXIT
	local pid
	for pid in $step $agents $server; do
		kill -TERM "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	exit "$status"
}

alive() { kill -0 "$server" 2>/dev/null; }

# make_settings writes the settings that do not depend on the machine.
make_settings() {
	mkdir -p var && chmod 700 var || fail "the folder $PWD/var cannot be made; run this in a clone that you may write to"
	[ ! -e var/server.cfg ] || return 0
	cat >var/server.cfg <<SETTINGS
# Settings of the server that "make run" starts; docs/server.cfg.md explains them.
# Paths are relative to the folder of the Makefile.
database_engine = sqlite
sqlite_path = var/zarafa.db
index_path = var/search
server_listen = *%lo:$port
server_pipe_name = var/server.sock
status_listen = 127.0.0.1:$status_port
local_admin_users = root $(id -u)
log_file = -
log_level = 4
SETTINGS
}

# tune puts ztune's plan for this machine into the settings.
tune() {
	local -a plan=(--users "$load_users" --role both --data-directory "$PWD/var" --server-cfg "$PWD/var/server.cfg" --unit-folder "" --state-folder "$PWD/var/ztune")
	say "ztune plans for this machine"
	if ! run_step bin/ztune plan "${plan[@]}" --quiet || ! run_step bin/ztune apply "${plan[@]}" --yes --quiet --json >var/ztune.json; then
		echo "run.sh: ztune could not plan (see above), so the server starts with its own defaults" >&2
		return 0
	fi
	memory_limit=$(bin/ztune plan "${plan[@]}" --print unit | sed -n 's/^Environment=GOMEMLIMIT=//p')
	printf '\nThe settings are in var/server.cfg; bin/ztune explain cache_cell_size gives the reasons for one of them.\n'
}

# start_server starts the server and waits until it is ready.
start_server() {
	say "the server starts on SQLite"
	# In a process group of its own, see run_step.
	set -m
	env ${memory_limit:+GOMEMLIMIT="$memory_limit"} bin/zarafa-server -c var/server.cfg &
	server=$!
	set +m
	until healthy "$status_port" && alive; do
		alive || fail "the server has ended (see above). If its port is in use, stop the program that has it, or choose other ports at the top of scripts/run.sh and delete var/server.cfg"
		run_step sleep 0.1
	done
}

# make_agent_settings writes the agents' settings.
make_agent_settings() {
	[ -e var/dagent.cfg ] || cat >var/dagent.cfg <<SETTINGS
# Settings of the delivery agent that "make run" starts; docs/dagent.cfg.md explains them.
server_socket = $socket
lmtp_listen = *%lo:$lmtp_port
log_method = file
log_file = var/dagent.log
log_level = 5
SETTINGS
	[ -e var/spooler.cfg ] || cat >var/spooler.cfg <<SETTINGS
# Settings of the spooler that "make run" starts; docs/spooler.cfg.md explains them.
server_socket = $socket
smtp_server = 127.0.0.1
smtp_port = $smtp_port
log_method = file
log_file = var/spooler.log
log_level = 5
SETTINGS
	[ -e var/monitor.cfg ] || cat >var/monitor.cfg <<SETTINGS
# Settings of the quota monitor that "make run" starts; docs/monitor.cfg.md explains them.
server_socket = $socket
log_method = file
log_file = var/monitor.log
log_level = 5
SETTINGS
	[ -e var/gateway.cfg ] || cat >var/gateway.cfg <<SETTINGS
# Settings of the IMAP and POP3 gateway that "make run" starts; docs/gateway.cfg.md explains them.
server_socket = $socket
imap_listen = *%lo:$imap_port
pop3_listen = *%lo:$pop3_port
log_method = file
log_file = var/gateway.log
log_level = 5
SETTINGS
	[ -e var/webaccess.cfg ] || cat >var/webaccess.cfg <<SETTINGS
# Settings of the web client's server that "make run" starts; docs/webaccess.cfg.md explains them.
server_socket = $socket
web_listen = *%lo:$web_port
log_method = file
log_file = var/webaccess.log
log_level = 5
SETTINGS
}

# start_agents starts what brings mail in and out, and a mail server of localhost in between.
start_agents() {
	say "the agents start"
	local program
	set -m
	bin/zload mailserver --listen "127.0.0.1:$smtp_port" --lmtp "127.0.0.1:$lmtp_port" --domains localhost >var/mailserver.log 2>&1 &
	agents=$!
	bin/zarafa-dagent -l -c var/dagent.cfg &
	agents+=" $!"
	for program in spooler monitor gateway webaccess; do
		bin/zarafa-$program -c "var/$program.cfg" &
		agents+=" $!"
	done
	set +m
	until answers "$lmtp_port" && answers "$smtp_port" && answers "$imap_port" && answers "$pop3_port" && answers "$web_port"; do
		local pid
		for pid in $agents; do
			kill -0 "$pid" 2>/dev/null || fail "an agent has ended; var/dagent.log, var/spooler.log, var/monitor.log, var/gateway.log, var/webaccess.log and var/mailserver.log say why"
		done
		run_step sleep 0.1
	done
	echo "zarafa-dagent takes mail on port $lmtp_port by LMTP, zarafa-spooler sends it to localhost, zarafa-monitor looks after quotas."
	echo "zarafa-gateway shows mail by IMAP on port $imap_port and by POP3 on port $pop3_port."
	echo "zarafa-webaccess is the server of the web client, at http://127.0.0.1:$web_port/."
}

# answers tells whether somebody listens on a port.
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# create_users makes the users that are not there yet.
create_users() {
	local known user
	known=$(bin/zarafa-admin -h "$socket" -l) || return
	for user in $users; do
		grep -qw "$user" <<<"$known" && continue
		# -P reads the password twice; with -p every user of the machine could see it.
		printf '%s\n' "$password" "$password" |
			bin/zarafa-admin -h "$socket" -c "$user" -P -f "${user^}" -e "$user@localhost" >/dev/null || return
		bin/zarafa-admin -h "$socket" --create-store "$user" >/dev/null || return
		echo "user $user created"
	done
	local feature
	for user in $mail_users; do
		for feature in imap pop3; do
			bin/zarafa-admin -h "$socket" -u "$user" --enable-feature "$feature" >/dev/null || return
		done
	done
}

# remove_partly_filled removes the simulated users of an earlier start that was stopped while it filled their mailboxes.
remove_partly_filled() {
	local known user
	known=$(bin/zarafa-admin -h "$socket" -l) || return
	for user in $(grep -oE '\bzload[0-9]{4}\b' <<<"$known" | sort -u); do
		bin/zarafa-admin -h "$socket" -d "$user" >/dev/null || return
	done
}

# fill_mailboxes does so once.
fill_mailboxes() {
	say "$load_users mailboxes of simulated users"
	if [ -e "$filled" ]; then
		echo "They were filled by an earlier start."
		return
	fi
	remove_partly_filled && run_step bin/zload fill --admin-url "$socket" --users "$load_users" --messages "$load_messages" && : >"$filled"
}

# play puts the load on.
play() {
	say "$load_users simulated users of Outlook work for $load_seconds seconds, $load_compress times as fast as people"
	local status=0
	run_step bin/zload run --admin-url "$socket" --url "http://127.0.0.1:$port/" --users "$load_users" --duration "${load_seconds}s" \
		--compress "$load_compress" --interval 2s --pids "$server" --json var/report.json --html var/report.html || status=$?
	case $status in
	0) ;;
	3) echo "run.sh: this machine was too busy for figures that count; run zload again when it is quiet" >&2 ;;
	*) return "$status" ;;
	esac
	printf '\nThe report with charts: file://%s/var/report.html\n' "$PWD"
}

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

! healthy "$status_port" || fail "port $status_port answers already: another server is running. Stop it first; if it is not this one's, choose other ports at the top of scripts/run.sh and delete var/server.cfg"
make_settings
make_agent_settings
tune
start_server
logins="${users// /, } with the password $password"
if ! create_users; then
	echo "run.sh: the demo users could not be created (see above); the server runs without them" >&2
	logins="none, see above"
fi
if ! fill_mailboxes || ! play; then
	alive || fail "the server has ended (see above); delete var/ to start anew"
	echo "run.sh: the load could not be run (see above); the server stays up. Delete var/ to start anew" >&2
fi
# After the load: its users look after the mail that they send themselves.
start_agents
cat <<CONNECT

== server and agents are ready

  mail in the browser       http://127.0.0.1:$web_port/
  clients on this machine   http://127.0.0.1:$port/
  programs on this machine  $socket
  mail in                   127.0.0.1:$lmtp_port by LMTP, 127.0.0.1:$smtp_port by SMTP for users at localhost
  mail programs             127.0.0.1:$imap_port by IMAP, 127.0.0.1:$pop3_port by POP3, for ${mail_users/ / and }
  mail out                  zarafa-spooler, to users at localhost only
  users                     $logins
  administration            bin/zarafa-admin -h $(printf %q "$socket") -l
  health and metrics        http://127.0.0.1:$status_port/healthz and /metrics
  settings                  var/server.cfg, var/dagent.cfg, var/spooler.cfg, var/monitor.cfg, var/gateway.cfg, var/webaccess.cfg
  more load                 bin/zload run --url http://127.0.0.1:$port/ --users $load_users

Ctrl-C stops it. The data stays in var/ for the next time.

CONNECT
trap 'exit 0' INT # the usual way to end
status=0
wait "$server" || status=$?
server=
[ "$status" = 0 ] || fail "the server has ended with status $status (see above)"
