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

for part in postfix exim filters; do
	. "scripts/judges/mta/$part.sh"
done

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
twice=$("$folder/mailbox" -h "$admin" alice | sort | uniq -d)
[ -z "$twice" ] || fail "mails came twice: $twice"
shown "each mail is there once, $("$folder/mailbox" -h "$admin" alice | wc -l) in all"
