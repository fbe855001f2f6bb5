#!/usr/bin/env bash
# Runs all Go tests, in random order and with the race detector. Arguments are passed
# on to go test.
set -euo pipefail
cd "$(dirname "$0")/.."
race=(-race)
if ! command -v "$(go env CC)" >/dev/null; then
	echo "go-test.sh: there is no C compiler, which the race detector needs; run 'apt-get install gcc libc6-dev' for the whole test" >&2
	race=()
fi
exec go test "${race[@]}" -shuffle=on "$@" ./...
