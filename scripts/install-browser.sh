#!/usr/bin/env bash
# Installs npm, which fetches the packages of the web client, and the browser that its tests drive, with apt-get if they are missing and this user may.
# ZARAFA_SKIP_BROWSER=1 leaves these tests out.
set -euo pipefail
. "$(dirname "$0")/steps.sh"

fail() {
	echo "install-browser.sh: $*" >&2
	exit 1
}

if [ "${ZARAFA_SKIP_BROWSER:-}" = 1 ]; then
	echo "install-browser.sh: ZARAFA_SKIP_BROWSER=1, so the web client is tested only as far as npm and chromium are installed" >&2
	exit 0
fi

missing=()
command -v npm >/dev/null || missing+=(npm)
command -v chromium >/dev/null || missing+=(chromium)
[ "${#missing[@]}" = 0 ] && exit 0

install_packages "set ZARAFA_SKIP_BROWSER=1" "${missing[@]}"
for program in npm chromium; do
	command -v "$program" >/dev/null || fail "$program is installed but is not found"
done
