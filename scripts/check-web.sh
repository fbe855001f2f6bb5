#!/usr/bin/env bash
# Checks the types of the web client's TypeScript, with the compiler that its package-lock.json names. The compiler is a program of its own; nothing runs
# in Node but npm, which fetches it.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v npm >/dev/null; then
	if [ "${CI:-}" != true ]; then
		echo "check-web.sh: npm is not installed, so the types of the web client are not checked (apt-get install npm)" >&2
		exit 0
	fi
	scripts/install-browser.sh
fi
go run ./agents/webaccess/bundle/make
cd agents/webaccess/ui
compiler=(node_modules/@typescript/typescript-*/lib/tsc)
if [ ! -x "${compiler[0]}" ]; then
	echo "check-web.sh: the package typescript has no compiler for this machine" >&2
	exit 1
fi
"${compiler[0]}" -p .
