#!/usr/bin/env bash
# Installs OpenLDAP's server with apt-get if it is missing and this user may: tests run
# private instances of it in temporary folders. ZARAFA_SKIP_SLAPD=1 leaves them out.
set -euo pipefail
. "$(dirname "$0")/steps.sh"

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

install_packages "set ZARAFA_SKIP_SLAPD=1" slapd
command -v slapd >/dev/null || fail "the package slapd is installed but there is no slapd"
