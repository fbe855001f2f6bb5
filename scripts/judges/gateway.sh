# Mail programs as they are in the distribution read and file mail through zarafa-gateway: isync, offlineimap, fetchmail, getmail, curl, Python's
# libraries and Mail::IMAPClient. Each line that is printed is something they showed; the first thing that is wrong ends the judges.
# Sourced by scripts/judges.sh, which has started the server.

gateway=()
for package in isync offlineimap3 libmail-imapclient-perl curl python3; do
	[ -e "/var/lib/dpkg/info/$package.list" ] || gateway+=("$package")
done
[ ${#gateway[@]} -eq 0 ] || install_packages "run this on a machine with Debian or Ubuntu that can be thrown away" "${gateway[@]}"
unpack fetchmail getmail6
gw=$folder/gateway
mkdir -p "$gw"
mails() { python3 scripts/judges/gateway/mails.py "$@"; }
shown() { printf 'gateway: %s\n' "$*"; }

# mailbox makes a user whose inbox has the mails.
mailbox() {
	bin/zarafa-admin -h "$admin" -c "$1" -f "$1" -e "$1@example.com" -p secret >/dev/null
	bin/zarafa-admin -h "$admin" --create-store "$1" --lang en >/dev/null
	bin/zarafa-admin -h "$admin" -u "$1" --enable-feature imap >/dev/null
	bin/zarafa-admin -h "$admin" -u "$1" --enable-feature pop3 >/dev/null
	mails fill "$imap" "$1" "$gw/mails"
}

start_gateway() {
	free_port && imap=$port
	free_port && pop3=$port
	cat >"$gw/gateway.cfg" <<-SETTINGS
		server_socket = $admin
		imap_listen = 127.0.0.1:$imap
		pop3_listen = 127.0.0.1:$pop3
		status_listen =
		log_file = $gw/log
	SETTINGS
	bin/zarafa-gateway -c "$gw/gateway.cfg" &
	pids+=($!)
	until_listening $! "$imap"
}

# ask sends an IMAP command with curl.
ask() { curl -sS --max-time 20 -u "$1:secret" "imap://127.0.0.1:$imap/${3:-}" --request "$2"; }

# state is all that must not change when a program has nothing to do: its folder, and what the mailboxes of the server count.
state() {
	(cd "$2" && find . -path './.*state*' -prune -o -type f -print | sort)
	ask "$1" 'LIST "" * RETURN (STATUS (MESSAGES UIDNEXT UNSEEN HIGHESTMODSEQ))'
}

# unchanged runs a program and fails if anything is different afterwards.
unchanged() {
	local user=$1 where=$2 before
	shift 2
	before=$(state "$user" "$where")
	"$@" >"$gw/said" 2>&1 || { cat "$gw/said" >&2; fail "$1 failed"; }
	diff <(printf '%s\n' "$before") <(state "$user" "$where") >&2 || fail "$1 has changed something though there was nothing to do"
}

run_client() { "$@" >"$gw/said" 2>&1 || { cat "$gw/said" >&2; fail "$1 failed"; }; }

judge_isync() {
	local inbox=$gw/sync/INBOX
	mailbox sync
	mkdir -p "$gw/sync"
	cat >"$gw/mbsyncrc" <<-SETTINGS
		IMAPStore far
		Host 127.0.0.1
		Port $imap
		User sync
		Pass secret
		SSLType None
		AuthMechs LOGIN

		MaildirStore near
		SubFolders Verbatim
		Path $gw/sync/
		Inbox $inbox

		Channel all
		Far :far:
		Near :near:
		Patterns *
		Create Both
		Expunge Both
		SyncState *
	SETTINGS
	run_client mbsync -c "$gw/mbsyncrc" -a
	mails same "$gw/mails" "$inbox/cur" "$inbox/new"
	unchanged sync "$gw/sync" mbsync -c "$gw/mbsyncrc" -a
	shown "isync: all mails byte for byte, and the second run moves nothing"
	# Both sides change: a new mail, a flag and a deletion here, a flag there, a new folder on either side.
	local file
	printf 'From: a@example.org\nSubject: written here\n\nbody\n' >"$inbox/new/1.new.here"
	file=$(ls "$inbox/new" | grep 'U=2:')
	mv "$inbox/new/$file" "$inbox/cur/${file}FS"
	rm "$inbox"/new/*U=3:*
	mkdir -p "$gw/sync/From here"/{cur,new,tmp}
	printf 'From: a@example.org\nSubject: in a new folder\n\nbody\n' >"$gw/sync/From here/new/2.new.here"
	ask sync 'CREATE "From there"' >/dev/null
	ask sync 'STORE 5 +FLAGS (\Flagged)' INBOX >/dev/null
	run_client mbsync -c "$gw/mbsyncrc" -a
	[ "$(ask sync 'STATUS "From here" (MESSAGES)' | tr -d '\r')" = '* STATUS "From here" (MESSAGES 1)' ] || fail "the new folder's mail did not arrive: $(ask sync 'STATUS "From here" (MESSAGES)')"
	[ "$(ask sync 'SEARCH FLAGGED' INBOX | tr -d '\r')" = '* SEARCH 2 4' ] || fail "flags did not arrive: $(ask sync 'SEARCH FLAGGED' INBOX)"
	[ "$(ask sync 'SEARCH SUBJECT "written here"' INBOX | tr -d '\r')" = '* SEARCH 12' ] || fail "the new mail did not arrive"
	[ -d "$gw/sync/From there/cur" ] || fail "the folder that was made on the server did not arrive"
	ls "$inbox/cur" | grep -q 'U=5:2,.*F' || fail "the flag that was set on the server did not arrive: $(ls "$inbox/cur")"
	unchanged sync "$gw/sync" mbsync -c "$gw/mbsyncrc" -a
	shown "isync: changes on both sides arrive on the other"
}

judge_offlineimap() {
	mailbox offline
	mkdir -p "$gw/offline"
	cat >"$gw/offlineimaprc" <<-SETTINGS
		[general]
		accounts = a
		metadata = $gw/offline.state
		ui = basic
		[Account a]
		localrepository = here
		remoterepository = there
		[Repository here]
		type = Maildir
		localfolders = $gw/offline
		[Repository there]
		type = IMAP
		remotehost = 127.0.0.1
		remoteport = $imap
		remoteuser = offline
		remotepass = secret
		ssl = no
		starttls = no
	SETTINGS
	run_client offlineimap -c "$gw/offlineimaprc" -o
	mails same "$gw/mails" "$gw/offline/INBOX/cur" "$gw/offline/INBOX/new"
	unchanged offline "$gw/offline" offlineimap -c "$gw/offlineimaprc" -o
	printf 'From: a@example.org\nSubject: written here\n\nbody\n' >"$gw/offline/INBOX/new/1.new.here"
	rm "$gw/offline/INBOX/new/$(ls "$gw/offline/INBOX/new" | grep -v here | head -n 1)"
	run_client offlineimap -c "$gw/offlineimaprc" -o
	[ "$(ask offline 'STATUS INBOX (MESSAGES)' | tr -d '\r')" = '* STATUS INBOX (MESSAGES 12)' ] || fail "offlineimap's changes did not arrive"
	unchanged offline "$gw/offline" offlineimap -c "$gw/offlineimaprc" -o
	shown "offlineimap: all mails byte for byte, changes arrive, and a run without any moves nothing"
}

# fetched runs a fetcher with an empty folder to deliver to, and compares the folder with the mails.
fetched() {
	local what=$1
	shift
	rm -rf "$gw/fetched"
	mkdir -p "$gw/fetched"/{cur,new,tmp}
	"$@" >"$gw/said" 2>&1 || [ $? = 1 ] || { cat "$gw/said" >&2; fail "$what failed"; }
	if [ "$what" = nothing ]; then
		[ -z "$(ls "$gw/fetched/new")" ] || fail "mails came again that had been fetched"
	else
		mails same "$gw/mails" "$gw/fetched/new" || { tail -n 5 "$gw/said" >&2; fail "$what"; }
	fi
}

# What fetchers give their mails to: a file for each.
printf '#!/bin/sh\nexec cat >"$(mktemp %s/fetched/new/XXXXXX)"\n' "$gw" >"$gw/mda"
chmod 755 "$gw/mda"

judge_fetchmail() {
	mailbox fetch
	local run=("$folder/unpacked/fetchmail/usr/bin/fetchmail" --nosyslog --pidfile "$gw/fetchmail.pid" --idfile "$gw/ids" -f "$gw/fetchmailrc")
	local common="user fetch password secret mda $gw/mda sslproto ''"
	fetchmailrc() { (umask 077 && printf '%s\n' "$*" >"$gw/fetchmailrc"); }
	fetchmailrc "poll 127.0.0.1 service $pop3 protocol pop3 uidl $common keep"
	fetched "fetchmail by POP3, keeping" "${run[@]}"
	fetched nothing "${run[@]}"
	fetchmailrc "poll 127.0.0.1 service $imap protocol imap $common fetchall keep"
	fetched "fetchmail by IMAP, keeping" "${run[@]}"
	fetchmailrc "poll 127.0.0.1 service $imap protocol imap $common fetchall nokeep"
	fetched "fetchmail by IMAP, deleting" "${run[@]}"
	[ "$(ask fetch 'STATUS INBOX (MESSAGES)' | tr -d '\r')" = '* STATUS INBOX (MESSAGES 0)' ] || fail "fetchmail has deleted nothing"
	mails fill "$imap" fetch "$gw/mails"
	fetchmailrc "poll 127.0.0.1 service $pop3 protocol pop3 $common fetchall nokeep"
	fetched "fetchmail by POP3, deleting" "${run[@]}"
	[ "$(ask fetch 'STATUS INBOX (MESSAGES)' | tr -d '\r')" = '* STATUS INBOX (MESSAGES 0)' ] || fail "fetchmail has deleted nothing"
	shown "fetchmail: all mails by POP3 and IMAP, once; what it deletes is gone"
}

judge_getmail() {
	mailbox get
	mkdir -p "$gw/getmail"
	local run=(env "PYTHONPATH=$folder/unpacked/getmail6/usr/lib/python3/dist-packages" /usr/bin/python3 "$folder/unpacked/getmail6/usr/bin/getmail" --getmaildir "$gw/getmail" --rcfile "$gw/getmailrc")
	getmailrc() {
		printf '[retriever]\ntype = Simple%sRetriever\nserver = 127.0.0.1\nport = %s\nusername = get\npassword = secret\n[destination]\ntype = MDA_external\npath = %s/mda\nallow_root_commands = true\n' "$1" "$2" "$gw" >"$gw/getmailrc"
		printf '[options]\nread_all = false\ndelete = %s\ndelivered_to = false\nreceived = false\n' "$3" >>"$gw/getmailrc"
	}
	getmailrc IMAP "$imap" false
	fetched "getmail by IMAP, keeping" "${run[@]}"
	fetched nothing "${run[@]}"
	getmailrc POP3 "$pop3" false
	fetched "getmail by POP3, keeping" "${run[@]}"
	fetched nothing "${run[@]}"
	mailbox get2
	getmailrc POP3 "$pop3" true
	sed -i 's/^username = .*/username = get2/' "$gw/getmailrc"
	fetched "getmail by POP3, deleting" "${run[@]}"
	[ "$(ask get2 'STATUS INBOX (MESSAGES)' | tr -d '\r')" = '* STATUS INBOX (MESSAGES 0)' ] || fail "getmail has deleted nothing"
	shown "getmail: all mails by POP3 and IMAP, once; what it deletes is gone"
}

judge_curl() {
	mailbox curl
	local n=0 file
	for file in "$gw/mails"/*; do
		n=$((n + 1))
		curl -sS --max-time 20 -u curl:secret "imap://127.0.0.1:$imap/INBOX;MAILINDEX=$n" | cmp - "$file" || fail "curl reads mail $n by IMAP otherwise"
		# By POP3 each mail ends with a line end (RFC 1939 3).
		curl -sS --max-time 20 -u curl:secret "pop3://127.0.0.1:$pop3/$n" | cmp - <(cat "$file"; [ "$(tail -c 1 "$file" | od -An -c | tr -d ' ')" = '\n' ] || printf '\r\n') || fail "curl reads mail $n by POP3 otherwise"
	done
	printf 'From: a@example.org\r\nSubject: uploaded\r\n\r\nbody\r\n' >"$gw/upload"
	curl -sS --max-time 20 -u curl:secret -T "$gw/upload" "imap://127.0.0.1:$imap/Drafts"
	curl -sS --max-time 20 -u curl:secret "imap://127.0.0.1:$imap/Drafts;MAILINDEX=1" | cmp - "$gw/upload" || fail "what curl uploads comes back otherwise"
	shown "curl: $n mails byte for byte by IMAP and POP3, and one that it uploads"
}

mails make "$gw/mails"
start_gateway
judge_curl
judge_isync
judge_offlineimap
judge_fetchmail
judge_getmail
mailbox python
mails python "$imap" "$pop3" python "$gw/mails"
shown "Python's imaplib and poplib: all mails byte for byte, and what they change"
mailbox perl
perl scripts/judges/gateway/client.pl "$imap" perl "$gw/mails"
shown "Mail::IMAPClient: all mails byte for byte, and what it changes"
