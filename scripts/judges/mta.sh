# Mail servers and filters as they are in the distribution bring mail to zarafa-dagent, with the very lines of docs/dagent.md: swaks, Postfix,
# Exim, OpenSMTPD, procmail, maildrop, fetchmail and getmail. Each line that is printed is something they showed; the first thing that is wrong ends the judges.
# Sourced by scripts/judges.sh, which has started the server.

[ "$(id -u)" = 0 ] || fail "Postfix and Exim work as root only; run 'sudo scripts/judges.sh mta'"
mta=$folder/mta
unpack postfix exim4-daemon-light opensmtpd maildrop courier-authlib fetchmail getmail6
CGO_ENABLED=0 go build -trimpath -o "$folder/mailbox" ./scripts/judges/mailbox

# Accounts as the packages would make them, and one with mail of his own.
account() { getent passwd "$1" >/dev/null || useradd --system --no-create-home --shell /bin/sh "$1"; }
for name in postfix zarafa alice Debian-exim; do account "$name"; done
getent group postdrop >/dev/null || groupadd --system postdrop

shown() { printf 'mta: %s\n' "$*"; }

# lines_of prints an indented block of the page: the first behind a heading, or the one whose number is given. Nothing but the path of the
# program and the port is different here.
lines_of() {
	local lines
	lines=$(awk -v heading="### $1" -v number="${2:-1}" '
		/^#/ { inside = $0 == heading; block = 0; before = 0; next }
		inside && /^    / { if (!before) block++; before = 1; if (block == number) print substr($0, 5); next }
		inside && before && /^$/ { if (block == number) print; next }
		{ before = 0 }' docs/dagent.md |
		sed -e "s#/usr/bin/zarafa-dagent#$mta/zarafa-dagent#; s/127\.0\.0\.1:2003/127.0.0.1:$lmtp_port/; s/port = 2003/port = $lmtp_port/")
	[ -n "$lines" ] || fail "docs/dagent.md has no lines for $1"
	printf '%s\n' "$lines"
}

# has waits until a folder of a user has a mail with a subject, and fails if it has two.
has() {
	local user=$1 folder_name=$2 subject=$3 tries n
	for ((tries = 0; tries < 100; tries++)); do
		n=$("$folder/mailbox" -h "$admin" "$user" "$folder_name" | grep -Fxc -- "$subject" || true)
		[ "$n" = 0 ] || break
		sleep 0.3
	done
	[ "$n" = 1 ] || { tail -n 12 "$mta"/*.log "$mta"/exim/log/* >&2 || true; fail "$user has $n mails '$subject' in $folder_name"; }
}

# has_not fails if a user has a mail with this subject anywhere.
has_not() {
	! "$folder/mailbox" -h "$admin" "$1" | cut -f2 | grep -Fx -- "$2" || fail "$1 has the mail '$2'"
}

# logged waits for a line in a log.
logged() {
	local tries
	for ((tries = 0; tries < 100; tries++)); do
		! grep -Eq -- "$2" "$1" || return 0
		sleep 0.3
	done
	tail -n 30 "$1" >&2
	fail "there is no '$2' in $1"
}

# mail prints one with a subject, and with what else belongs into its header.
mail() {
	local subject=$1
	shift
	printf '%s\n' "From: Sender <sender@example.com>" "To: alice@example.com" "Subject: $subject" "Message-ID: <${subject// /.}@sender.example>" "$@" "" "Hello"
}

prepare() {
	mkdir -p "$mta"
	chmod 711 "$folder"
	chmod 755 "$mta"
	# The accounts reach the socket of the server, as they do in a real installation.
	stop_server
	sed -i "s/^local_admin_users = .*/local_admin_users = root zarafa/" "$folder/server.cfg"
	run_server
	local name
	for name in sender alice bob full; do
		"$as_admin" -c "$name" -f "${name^}" -e "$name@example.com" -p secret >/dev/null
		"$as_admin" --create-store "$name" --lang en >/dev/null
	done
	"$as_admin" -s >/dev/null
	free_port && lmtp_port=$port
	free_port && status_port=$port
	cat >"$mta/dagent.cfg" <<-SETTINGS
		server_socket = $admin
		lmtp_listen = 127.0.0.1:$lmtp_port
		status_listen = 127.0.0.1:$status_port
		log_file = -
	SETTINGS
	cp bin/zarafa-dagent "$mta/dagent"
	printf '#!/bin/sh\nexec %s -c %s "$@"\n' "$mta/dagent" "$mta/dagent.cfg" >"$mta/zarafa-dagent"
	chmod 755 "$mta/dagent" "$mta/zarafa-dagent"
	setpriv --reuid zarafa --regid zarafa --clear-groups "$mta/zarafa-dagent" -l &
	pids+=($!)
	until_listening $! "$lmtp_port"
}

# lmtp sends a mail by LMTP with swaks and keeps what was said; swaks ends with an error if a recipient is refused.
lmtp() {
	swaks --protocol LMTP --server 127.0.0.1 --port "$lmtp_port" --from sender@example.com --helo swaks.example "$@" >"$mta/said" 2>&1 || true
}

said() { grep -Eq -- "$1" "$mta/said" || { cat "$mta/said" >&2; fail "swaks does not hear '$1'"; }; }

judge_swaks() {
	lmtp --to alice@example.com --h-Subject 'by LMTP'
	said '^<-  250[- ]8BITMIME' && said '^<-  250[- ]SMTPUTF8' && said '^<-  250[- ]PIPELINING' && said '^<-  250[- ]ENHANCEDSTATUSCODES' && said '^<-  250 2\.1\.5'
	has alice Inbox 'by LMTP'
	shown "swaks by LMTP: delivered"
	lmtp --to nobody@example.com --h-Subject unknown
	said '^<\*\* 5.. 5\.1\.1'
	lmtp --to alice+lists@example.com,nobody@example.com,bob@example.com --h-Subject 'for several'
	said '^<\*\* 5.. 5\.1\.1' && [ "$(grep -c '^<-  250 2\.1\.5 <' "$mta/said")" = 2 ] || fail "not one answer for each recipient (see $(cat "$mta/said"))"
	has alice Inbox 'for several'
	has bob Inbox 'for several'
	shown "swaks by LMTP: unknown users are refused, others get the mail, with a detail behind + too"
	"$as_admin" -u full --qo yes --qh 1 >/dev/null
	head -c 1200000 /dev/zero | tr '\0' x | fold -w 76 >"$mta/large"
	lmtp --to full@example.com --h-Subject 'fills it' --attach "@$mta/large"
	said '^<-  250 2\.1\.5'
	lmtp --to full@example.com,bob@example.com --h-Subject 'too much'
	said '^<\*\* 552 5\.2\.2' && said '^<-  250 2\.1\.5'
	has bob Inbox 'too much'
	has_not full 'too much'
	shown "swaks by LMTP: a full mailbox refuses, and the other recipient has the mail"
	lmtp --to alice@example.com --h-Subject 'eight bits' --h-Content-Type 'text/plain; charset=utf-8' --body 'Grüße'
	"$folder/mailbox" -h "$admin" -body 'eight bits' alice | grep -q 'Grüße' || fail "8-bit text came out as something else"
	lmtp --to alice@example.com --h-X-Spam-Status 'Yes, score=9' --h-Subject 'bad mail'
	has alice 'Junk E-mail' 'bad mail'
	shown "swaks by LMTP: text of 8 bits; marked mail goes to junk"
}

# postfix_with starts Postfix with lines in main.cf, or has it read them.
postfix_with() {
	local p=$mta/postfix u=$folder/unpacked/postfix
	cat "$p/base.cf" - >"$p/etc/main.cf"
	if [ -e "$p/queue/pid/master.pid" ]; then
		postfix reload 2>>"$mta/postfix.err"
	else
		postfix start 2>>"$mta/postfix.err" || { cat "$mta/postfix.err" "$mta/postfix.log" >&2; fail "Postfix does not start"; }
		pids+=("$(tr -d ' ' <"$p/queue/pid/master.pid")")
		until_listening "${pids[-1]}" "$smtp_port"
	fi
}

# postfix, sendmail and postqueue are those that were unpacked.
postfix() { LD_LIBRARY_PATH=$folder/unpacked/postfix/usr/lib/postfix "$folder/unpacked/postfix/usr/sbin/postfix" -c "$mta/postfix/etc" "$@"; }
postqueue() { LD_LIBRARY_PATH=$folder/unpacked/postfix/usr/lib/postfix "$folder/unpacked/postfix/usr/sbin/postqueue" -c "$mta/postfix/etc" "$@"; }
sendmail() { LD_LIBRARY_PATH=$folder/unpacked/postfix/usr/lib/postfix MAIL_CONFIG=$mta/postfix/etc "$folder/unpacked/postfix/usr/sbin/sendmail" "$@"; }

prepare_postfix() {
	local p=$mta/postfix u=$folder/unpacked/postfix
	free_port && smtp_port=$port
	mkdir -p "$p/etc" "$p/queue" "$p/data"
	chown postfix "$p/data"
	cp "$u"/etc/postfix/postfix-files "$u/usr/share/postfix/dynamicmaps.cf" "$p/etc/"
	cat >"$p/base.cf" <<-SETTINGS
		compatibility_level = 3.6
		queue_directory = $p/queue
		data_directory = $p/data
		meta_directory = $p/etc
		command_directory = $u/usr/sbin
		daemon_directory = $u/usr/lib/postfix/sbin
		shlib_directory = $u/usr/lib/postfix
		sendmail_path = $u/usr/sbin/sendmail
		import_environment = MAIL_CONFIG MAIL_LOGTAG TZ LANG=C LD_LIBRARY_PATH
		export_environment = TZ MAIL_CONFIG LANG LD_LIBRARY_PATH
		maillog_file = $mta/postfix.log
		maillog_file_prefixes = $folder
		inet_interfaces = 127.0.0.1
		inet_protocols = ipv4
		mynetworks = 127.0.0.1/32
		myhostname = mx.example.net
		mydestination = example.net
		alias_maps =
		biff = no
	SETTINGS
	cat >"$p/etc/master.cf" <<-SETTINGS
		127.0.0.1:$smtp_port inet n - n - - smtpd
		pickup unix n - n 60 1 pickup
		cleanup unix n - n - 0 cleanup
		qmgr unix n - n 300 1 qmgr
		tlsmgr unix - - n 1000 1 tlsmgr
		rewrite unix - - n - - trivial-rewrite
		bounce unix - - n - 0 bounce
		defer unix - - n - 0 bounce
		trace unix - - n - 0 bounce
		verify unix - - n - 1 verify
		flush unix n - n 1000 0 flush
		proxymap unix - - n - - proxymap
		smtp unix - - n - - smtp
		showq unix n - n - - showq
		error unix - - n - - error
		retry unix - - n - - error
		local unix - n n - - local
		lmtp unix - - n - - lmtp
		anvil unix - - n - 1 anvil
		scache unix - - n - 1 scache
		postlog unix-dgram n - n - 1 postlogd
	SETTINGS
	{ lines_of "Postfix, by pipe" 1; lines_of "An address for a public folder" 1; } >>"$p/etc/master.cf"
}

smtp() {
	swaks --server 127.0.0.1 --port "$smtp_port" --from sender@example.com --helo swaks.example "$@" >"$mta/said" 2>&1 || true
}

# Mail that Postfix cannot deliver, for any of the ways to the agent: it waits while the server is away, and comes back if nobody has the address.
judge_postfix_way() {
	local way=$1 user=$2 unknown=$3
	smtp --to "$user" --h-Subject "$way"
	said '^<-  250 2\.0\.0 Ok: queued'
	has alice Inbox "$way"
	smtp --to "$unknown" --h-Subject "$way, unknown"
	logged "$mta/postfix.log" "to=<$unknown>.*status=bounced"
	stop_server
	smtp --to "$user" --h-Subject "$way, later"
	logged "$mta/postfix.log" "to=<$user>.*status=deferred"
	postqueue -p | grep -q "$user" || fail "Postfix does not keep the mail"
	run_server
	postqueue -f
	has alice Inbox "$way, later"
	has_not alice "$way, unknown"
	shown "$way: delivered; unknown user: back to the sender; server away: kept, and delivered once when it is back"
}

judge_postfix() {
	prepare_postfix
	lines_of "Postfix, by LMTP" | postfix_with
	judge_postfix_way "Postfix by LMTP" alice@example.com nobody@example.com
	has sender Inbox 'Undelivered Mail Returned to Sender'
	smtp --local-interface 127.0.0.2 --to nobody@example.com --h-Subject 'from outside'
	said '^<\*\* 550 5\.1\.1'
	smtp --local-interface 127.0.0.2 --to alice@example.com --h-Subject 'from outside'
	has alice Inbox 'from outside'
	shown "Postfix by LMTP: mail from outside for nobody is refused before it is taken"
	mail 'SMTPUTF8' 'X-Name: Jörg' | sendmail -f jörg@exämple.com alice@example.com
	has alice Inbox SMTPUTF8
	"$folder/mailbox" -h "$admin" -body SMTPUTF8 alice | grep -q '^Return-Path: <jörg@exämple.com>' || fail "the sender's address came out as something else"
	shown "Postfix by LMTP: addresses that are not ASCII"
	lines_of "Postfix, by pipe" 2 | postfix_with
	judge_postfix_way "Postfix by pipe" alice@example.com nobody@example.com
	{ lines_of "Postfix, by pipe" 2; lines_of "An address for a public folder" 2; } | postfix_with
	smtp --to support@example.com --h-Subject 'a question'
	logged "$mta/postfix.log" "to=<support@example.com>.*relay=support.*status=sent"
	"$folder/mailbox" -h "$admin" -public alice Support | grep -Fxq 'a question' || fail "the mail is not in the public folder"
	has_not alice 'a question'
	shown "Postfix: an address delivers into a public folder"
	lines_of "Postfix, for accounts of the machine" | postfix_with
	judge_postfix_way "Postfix with mailbox_command" alice@example.net zarafa@example.net
	sed -i 's/^mydestination = .*/mydestination = example.com/' "$mta/postfix/base.cf"
	lines_of "Postfix, by LMTP" 2 | postfix_with
	smtp --to alice@example.com --h-Subject 'mailbox_transport'
	has alice Inbox mailbox_transport
	shown "Postfix with mailbox_transport: delivered"
	postfix stop 2>>"$mta/postfix.err"
}

# exim is the one that was unpacked. It must be told to trust settings in another place: what it starts itself does not run as root.
exim() { "$folder/unpacked/exim4-daemon-light/usr/sbin/exim4" -C "$mta/exim/exim.conf" "$@"; }

# exim_with writes the settings with a transport.
exim_with() {
	local e=$mta/exim
	mkdir -p "$e/spool" "$e/log"
	chown Debian-exim "$e/spool" "$e/log"
	cat >"$e/exim.conf" <<-SETTINGS
		spool_directory = $e/spool
		log_file_path = $e/log/%slog
		exim_path = $folder/unpacked/exim4-daemon-light/usr/sbin/exim4
		primary_hostname = mx.example.net
		local_interfaces = 127.0.0.1
		domainlist local_domains = example.com
		acl_smtp_rcpt = rcpt
		tls_advertise_hosts =
		keep_environment =
		begin acl
		rcpt:
		  require verify = recipient/callout=30s
		  accept
		begin routers
		$(lines_of "Exim, by LMTP" 1)
		begin transports
		$(cat)
		begin retry
		* * F,1h,1s
	SETTINGS
	chmod 644 "$e/exim.conf"
}

judge_exim_way() {
	local way=$1 status=0
	mail "$way" | exim -odf -f sender@example.com alice@example.com
	has alice Inbox "$way"
	mail "$way, unknown" | exim -odf -f sender@example.com nobody@example.com
	logged "$mta/exim/log/mainlog" '\*\* nobody@example.com .*T=zarafa'
	stop_server
	mail "$way, later" | exim -odf -f sender@example.com alice@example.com
	logged "$mta/exim/log/mainlog" '== alice@example.com .*T=zarafa defer'
	exim -bp | grep -q alice@example.com || fail "Exim does not keep the mail"
	run_server
	exim -qff
	has alice Inbox "$way, later"
	: >"$mta/exim/log/mainlog"
	shown "$way: delivered; unknown user: back to the sender; server away: kept, and delivered once when it is back"
}

judge_exim() {
	local trusted=/etc/exim4/trusted_configs
	if [ ! -e "$trusted" ]; then
		mkdir -p "${trusted%/*}"
		outside+=("$trusted")
	fi
	echo "$mta/exim/exim.conf" >>"$trusted"
	lines_of "Exim, by LMTP" 2 | exim_with
	judge_exim_way "Exim by LMTP"
	printf 'EHLO x\r\nMAIL FROM:<sender@example.com>\r\nRCPT TO:<nobody@example.com>\r\nRCPT TO:<alice@example.com>\r\nQUIT\r\n' | exim -bhc 192.0.2.1 >"$mta/said" 2>/dev/null
	said '^550 ' && said '^250 Accepted'
	shown "Exim by LMTP: callouts tell who exists"
	lines_of "Exim, by pipe" | exim_with
	judge_exim_way "Exim by pipe"
}

# OpenSMTPD would need folders of the system; its own check says whether it understands the lines.
judge_opensmtpd() {
	{ echo "listen on 127.0.0.1 port $smtp_port"; lines_of OpenSMTPD; } >"$mta/smtpd.conf"
	chmod 600 "$mta/smtpd.conf"
	"$folder/unpacked/opensmtpd/usr/sbin/smtpd" -n -f "$mta/smtpd.conf" >"$mta/said" 2>&1 || { cat "$mta/said" >&2; fail "OpenSMTPD does not take the lines"; }
	shown "OpenSMTPD takes the lines"
}

# filter runs a filter as the account alice, with a mail on standard input, and gives its exit status.
filter() { setpriv --reuid alice --regid alice --clear-groups env -i PATH="$PATH" HOME="$mta/alice" LOGNAME=alice USER=alice LD_LIBRARY_PATH="$folder/unpacked/courier-authlib/usr/lib" "$@" >>"$mta/filter.log" 2>&1; }

# judge_filter: what a filter gives on, and how it ends. Its command follows its name.
judge_filter() {
	local name=$1 status=0
	shift
	mail "$name" | filter "$@" || fail "$name ended with status $? (see $(cat "$mta/filter.log"))"
	has alice Inbox "$name"
	mail "$name, junk" "X-Spam-Status: Yes, score=9" | filter "$@" || fail "$name ended with status $? (see $(cat "$mta/filter.log"))"
	has alice 'Junk E-mail' "$name, junk"
	stop_server
	mail "$name, later" | filter "$@" || status=$?
	run_server
	[ "$status" = 75 ] || fail "$name ended with status $status while the server was away; 75 has the mail server try again"
	has_not alice "$name, later"
	status=0
	echo "lmtp_max_messagesize = 20" >>"$mta/dagent.cfg"
	mail "$name, too large" | filter "$@" || status=$?
	sed -i /lmtp_max_messagesize/d "$mta/dagent.cfg"
	[ "$status" = 70 ] || fail "$name ended with status $status for a mail that is too large; 70 sends it back"
	has_not alice "$name, too large"
	shown "$name: delivered; junk; server away: exit status 75; refused: 70"
}

judge_filters() {
	mkdir -p "$mta/alice"
	lines_of procmail >"$mta/alice/procmailrc"
	lines_of maildrop >"$mta/alice/mailfilter"
	chmod 600 "$mta"/alice/*
	chown -R alice "$mta/alice"
	chmod a-s "$folder/unpacked/maildrop/usr/bin/maildrop" # it would not look for its libraries elsewhere
	judge_filter procmail /usr/bin/procmail "$mta/alice/procmailrc"
	judge_filter maildrop "$folder/unpacked/maildrop/usr/bin/maildrop" "$mta/alice/mailfilter"
}

# serve_pop3 is a provider with one mail, as long as nobody has taken it.
serve_pop3() {
	cat >"$mta/pop3.py" <<-'PYTHON'
		import socketserver, sys
		mail = sys.argv[2]
		class Provider(socketserver.StreamRequestHandler):
		    def handle(self):
		        say = lambda *lines: self.wfile.write("".join(l + "\r\n" for l in lines).encode())
		        say("+OK")
		        gone = False
		        for line in self.rfile:
		            words = line.decode().split()
		            verb = words[0].upper()
		            text = open(mail).read()
		            n = 1 if text else 0
		            if verb == "STAT": say(f"+OK {n} {len(text)}")
		            elif verb == "LIST" and len(words) > 1: say(f"+OK 1 {len(text)}")
		            elif verb == "UIDL" and len(words) > 1: say("+OK 1 one")
		            elif verb == "LIST": say("+OK", *[f"1 {len(text)}"] * n, ".")
		            elif verb == "UIDL": say("+OK", *["1 one"] * n, ".")
		            elif verb in ("RETR", "TOP"): say("+OK", *text.splitlines(), ".")
		            elif verb == "DELE": gone = True; say("+OK")
		            elif verb in ("CAPA", "AUTH", "STLS"): say("-ERR")
		            elif verb == "QUIT":
		                if gone: open(mail, "w").close()
		                say("+OK"); return
		            else: say("+OK")
		class Server(socketserver.ThreadingTCPServer): allow_reuse_address = True
		Server(("127.0.0.1", int(sys.argv[1])), Provider).serve_forever()
	PYTHON
	free_port && pop3_port=$port
	: >"$mta/alice/provider"
	python3 "$mta/pop3.py" "$pop3_port" "$mta/alice/provider" &
	pids+=($!)
	until_listening $! "$pop3_port"
}

# judge_fetcher: its command follows its name. It fetches when the mail is there, and leaves it with the provider if the server is away.
judge_fetcher() {
	local name=$1
	shift
	mail "$name" >"$mta/alice/provider"
	: >"$mta/filter.log"
	stop_server
	filter "$@" || true
	logged "$mta/filter.log" 'is zarafa-server running'
	[ -s "$mta/alice/provider" ] || fail "$name has taken a mail from the provider that it could not deliver"
	run_server
	filter "$@" || true
	has alice Inbox "$name"
	[ ! -s "$mta/alice/provider" ] || { cat "$mta/filter.log" >&2; fail "$name has left a mail with the provider that it has delivered"; }
	shown "$name: delivered; server away: left with the provider"
}

judge_fetchers() {
	serve_pop3
	lines_of "fetchmail and getmail" 1 | sed "s/pop.example.net protocol pop3/127.0.0.1 service $pop3_port protocol pop3/" >"$mta/alice/fetchmailrc"
	{
		printf '[retriever]\ntype = SimplePOP3Retriever\nserver = 127.0.0.1\nport = %s\nusername = alice\npassword = secret\n' "$pop3_port"
		lines_of "fetchmail and getmail" 2
		printf '[options]\ndelete = true\n'
	} >"$mta/alice/getmailrc"
	chmod 600 "$mta"/alice/*
	chown -R alice "$mta/alice"
	judge_fetcher fetchmail "$folder/unpacked/fetchmail/usr/bin/fetchmail" --sslproto '' -f "$mta/alice/fetchmailrc"
	judge_fetcher getmail env PYTHONPATH="$folder/unpacked/getmail6/usr/lib/python3/dist-packages" python3 "$folder/unpacked/getmail6/usr/bin/getmail" --getmaildir "$mta/alice" --rcfile "$mta/alice/getmailrc"
}

as_admin=$mta/zarafa-admin
mkdir -p "$mta"
printf '#!/bin/sh\nexec %s -h %s "$@"\n' "$PWD/bin/zarafa-admin" "$admin" >"$as_admin"
chmod 755 "$as_admin"
prepare
judge_swaks
judge_postfix
judge_exim
judge_opensmtpd
judge_filters
judge_fetchers
