#!/usr/bin/env bash
# Installs OpenLDAP's server with apt-get if it is missing and this user may: tests run
# private instances of it in temporary folders. ZARAFA_SKIP_SLAPD=1 leaves them out.
set -euo pipefail

fail() {
	echo "install-slapd.sh: $*" >&2
	exit 1
}

if [ "${ZARAFA_SKIP_SLAPD:-}" = 1 ]; then
	echo "install-slapd.sh: ZARAFA_SKIP_SLAPD=1, so nothing is tested with an LDAP server unless one is installed" >&2
	exit 0
fi

# Debian keeps the server where users who are not root do not look.
PATH=$PATH:/usr/sbin:/usr/local/sbin
command -v slapd >/dev/null && exit 0

command -v apt-get >/dev/null || fail "OpenLDAP's slapd is not installed and there is no apt-get to install it; install it, or set ZARAFA_SKIP_SLAPD=1"
as_root=()
if [ "$(id -u)" != 0 ]; then
	as_root=(sudo -n)
	sudo -n true 2>/dev/null || fail "slapd is not installed and this user may not install it; run 'sudo apt-get install slapd', or set ZARAFA_SKIP_SLAPD=1"
fi
echo "install-slapd.sh: installing slapd" >&2
# RUNLEVEL=1 keeps the package from starting a server of the system.
quiet=(env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1)
"${as_root[@]}" "${quiet[@]}" apt-get update -q >&2 &&
	"${as_root[@]}" "${quiet[@]}" apt-get install -q -y --no-install-recommends slapd >&2 ||
	fail "apt-get could not install slapd (see above); install it by hand, or set ZARAFA_SKIP_SLAPD=1"
command -v slapd >/dev/null || fail "the package slapd is installed but there is no slapd"
