#!/usr/bin/env bash
# Runs all Go tests, in random order and with the race detector, and says at the end
# which of the recorded exchanges the server answers as recorded. Arguments are passed
# on to go test.
set -euo pipefail
cd "$(dirname "$0")/.."
race=(-race)
if ! command -v "$(go env CC)" >/dev/null; then
	echo "go-test.sh: there is no C compiler, which the race detector needs; run 'apt-get install gcc libc6-dev' for the whole test" >&2
	race=()
fi
go test "${race[@]}" -shuffle=on -timeout=30m "$@" ./...

# The race detector allocates, so tests that count allocations skip themselves above. Their names say what they are.
mapfile -t counting < <(grep -rlE '^func Test[A-Za-z]*Allocations\(' --include=*_test.go . | xargs -n 1 dirname | sort -u)
go test -run 'Allocations$' "${counting[@]}"

# The count is in the log of the tests, which go test shows with -v only.
go test -count=1 -v -run '^TestReplay$' ./server | grep -E 'match|^ *(---|FAIL|ok)'
