# aiosmtpd is the relay of zarafa-spooler and fails in every way: it refuses for now and for ever, drops the connection and is slow, at each step
# from the connection to the answer after the dot. Each mail must end as it should. Sourced by scripts/judges.sh, which has started the server.

relay=$folder/relay
mkdir -p "$relay"
CGO_ENABLED=0 go build -trimpath -o "$relay/" ./scripts/judges/mailbox ./scripts/judges/letter

relay_shown() { printf 'relay: %s\n' "$*"; }

# certificate makes a key with a certificate that it has signed itself, for this machine.
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=relay.example -addext subjectAltName=IP:127.0.0.1 \
		-keyout "$relay/key" -out "$relay/$1.crt" 2>"$relay/openssl.log" || fail "openssl makes no certificate: $(cat "$relay/openssl.log")"
	cat "$relay/key" "$relay/$1.crt" >"$relay/$1.pem"
}

# Relays that cannot be used at all. Each mail tries them before the good one.
bad_relays=(connect-drop connect-4 connect-5 ehlo-drop ehlo-4 ehlo-5 starttls-drop starttls-4 starttls-5 handshake-drop untrusted no-starttls auth-4 auth-5 auth-drop)

start_relays() {
	local name
	local -a relays=()
	free_port && relay_list="127.0.0.1:$port" # nobody listens there
	for name in "${bad_relays[@]}" good; do
		free_port
		relays+=("$name=$port")
		relay_list+=" 127.0.0.1:$port"
	done
	# Debian's interpreter, which finds Debian's aiosmtpd whatever else is in the path.
	/usr/bin/python3 scripts/judges/relay/relay.py "$relay" "${relays[@]}" >"$relay/relay.log" 2>&1 &
	pids+=($!)
	until [ -e "$relay/ready" ]; do
		kill -0 "${pids[-1]}" 2>/dev/null || { cat "$relay/relay.log" >&2; fail "the relays have ended"; }
		run_step sleep 0.1
	done
}

start_spooler() {
	cat >"$relay/spooler.cfg" <<-SETTINGS
		server_socket = $admin
		smtp_server = $relay_list
		smtp_security = starttls
		smtp_ca_file = $relay/trusted.crt
		smtp_user = groupware
		smtp_password = open sesame
		tmp_path = $relay
		log_method = file
		log_file = $relay/spooler.log
		log_level = 5
	SETTINGS
	bin/zarafa-spooler -c "$relay/spooler.cfg" &
	pids+=($!)
}

letter() { "$relay/letter" -h "$admin" "$@"; }

# taken prints how often the good relay has taken a mail for a recipient.
taken() { grep -c "^$1	" "$relay/taken" 2>/dev/null || true; }

relay_fail() {
	tail -n 40 "$relay/relay.log" "$relay/spooler.log" >&2 || true
	fail "$@"
}

# wait_for waits up to four minutes for a command to succeed: mails that the relay did not take are tried again after a minute, and so is a relay that was lost.
wait_for() {
	local tries
	for ((tries = 0; tries < 800; tries++)); do
		! "$@" || return 0
		run_step sleep 0.3
	done
	return 1
}

outboxes_empty() {
	local name
	for name in "${senders[@]}"; do
		[ -z "$("$relay/mailbox" -h "$admin" "$name" Outbox)" ] || return 1
	done
}

senders=(rita mail-4 mail-5 mail-drop mail-slow)
taken_at_last=(plain rcpt-4 rcpt-drop rcpt-slow data-4 data-drop data-slow dot-4 dot-slow beside)
refused=(rcpt-5 data-5 dot-5)

certificate trusted
certificate foreign
for name in "${senders[@]}"; do
	bin/zarafa-admin -h "$admin" -c "$name" -f "$name" -e "$name@example.com" -p secret >/dev/null
	bin/zarafa-admin -h "$admin" --create-store "$name" --lang en >/dev/null
done
start_relays
start_spooler
for name in plain rcpt-{4,5,drop,slow} data-{4,5,drop,slow} dot-{4,5,drop,slow}; do
	letter -subject "to $name" rita "$name@example.net"
done
letter -subject 'to three' rita beside@example.net rcpt-x-5@example.net rcpt-x-4@example.net
for name in mail-{4,5,drop,slow}; do
	letter -subject "from $name" "$name" "by-$name@example.net"
done

wait_for outboxes_empty || relay_fail "mails stay in the outbox: $("$relay/mailbox" -h "$admin" rita Outbox)"
for name in "${bad_relays[@]}"; do
	case $name in
	untrusted | no-starttls) ;; # the client goes away by itself
	*) grep -qFx "$name" "$relay/failed" || relay_fail "the relay $name was never tried" ;;
	esac
done
relay_shown "relays that refuse or drop the connection, EHLO, STARTTLS or AUTH, or show another's certificate: the next one gets the mail"

for name in {rcpt,data,dot,mail}-{4,5,drop,slow} rcpt-x-4 rcpt-x-5; do
	grep -qFx "$name" "$relay/failed" || relay_fail "nothing went wrong for $name"
done
for name in "${taken_at_last[@]}" rcpt-x-4 by-mail-4 by-mail-drop by-mail-slow; do
	[ "$(taken "$name@example.net")" = 1 ] || relay_fail "the relay has taken the mail for $name $(taken "$name@example.net") times"
done
relay_shown "4xx, dropped connections and slow answers at MAIL, RCPT, DATA and after the dot: delivered at last, once"

[ "$(taken dot-drop@example.net)" = 2 ] && [ "$(grep '^dot-drop@' "$relay/taken" | cut -f3 | sort -u | wc -l)" = 1 ] ||
	relay_fail "the mail whose answer was lost did not come again with the same Message-ID: $(grep '^dot-drop@' "$relay/taken")"
relay_shown "no answer after the dot: the same mail once more, with the same Message-ID"

report='Undelivered Mail Returned to Sender'
"$relay/mailbox" -h "$admin" -body "$report" rita >"$relay/reports"
[ "$("$relay/mailbox" -h "$admin" rita Inbox | grep -Fxc "$report")" = $((${#refused[@]} + 1)) ] || relay_fail "rita has not a report for each mail that was refused: $("$relay/mailbox" -h "$admin" rita)"
for name in "${refused[@]}" rcpt-x-5; do
	[ "$(taken "$name@example.net")" = 0 ] || relay_fail "the relay has taken what it refused for $name"
	grep -q "$name@example.net" "$relay/reports" || relay_fail "no report names $name"
done
! grep -E "(beside|rcpt-x-4|plain|dot-drop)@example.net" "$relay/reports" || relay_fail "a report names somebody who got the mail"
[ "$("$relay/mailbox" -h "$admin" mail-5 Inbox)" = "$report" ] && [ "$(taken by-mail-5@example.net)" = 0 ] || relay_fail "5xx at MAIL was not reported to its sender"
relay_shown "5xx at MAIL, RCPT, DATA and after the dot: a report to the sender, which names those alone who did not get the mail"

twice=$("$relay/mailbox" -h "$admin" rita 'Sent Items' | sort | uniq -d)
[ -z "$twice" ] && [ "$("$relay/mailbox" -h "$admin" rita 'Sent Items' | grep -c '^to ')" = 14 ] || relay_fail "rita's Sent Items are not one copy of each mail: $("$relay/mailbox" -h "$admin" rita 'Sent Items')"
relay_shown "each mail is among the sent items once; the outboxes are empty"
