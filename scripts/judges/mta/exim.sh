# Exim brings mail to zarafa-dagent in both ways; OpenSMTPD reads its lines. Sourced by scripts/judges/mta.sh.

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
