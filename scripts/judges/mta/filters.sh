# Filters and fetchers bring mail to zarafa-dagent as the account that gets it. Sourced by scripts/judges/mta.sh.

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
	free_port && pop3_port=$port
	: >"$mta/alice/provider"
	python3 scripts/judges/mta/pop3.py "$pop3_port" "$mta/alice/provider" &
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
