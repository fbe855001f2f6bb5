# Postfix brings mail to zarafa-dagent in all its ways. Sourced by scripts/judges/mta.sh.

# postfix_with starts Postfix with lines in main.cf, or has it read them.
postfix_with() {
	local p=$mta/postfix
	cat "$p/base.cf" - >"$p/etc/main.cf"
	if [ -e "$p/queue/pid/master.pid" ]; then
		postfix reload 2>>"$mta/postfix.err"
	else
		postfix start 2>>"$mta/postfix.err" || { cat "$mta/postfix.err" "$mta/postfix.log" >&2; fail "Postfix does not start"; }
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
	pids+=("$(tr -d ' ' <"$mta/postfix/queue/pid/master.pid")")
	until_listening "${pids[-1]}" "$smtp_port"
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
	unset 'pids[-1]'
}
