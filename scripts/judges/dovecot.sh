# Dovecot, another IMAP server, answers what the gateway is to answer, and sorts as the gateway does. Tests start it for themselves.
# Sourced by scripts/judges.sh.

dovecot=()
for package in dovecot-imapd dovecot-lmtpd dovecot-pop3d; do
	[ -e "/var/lib/dpkg/info/$package.list" ] || dovecot+=("$package")
done
[ ${#dovecot[@]} -eq 0 ] || install_packages "run this on a machine with Debian or Ubuntu that can be thrown away" "${dovecot[@]}"
ZARAFA_JUDGES=1 go test -count=1 -run='^TestJudge' ./agents/gateway/... || fail "Dovecot answers something else (see above)"
