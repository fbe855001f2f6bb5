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
# These send bad requests one after the other, by the hundred thousand: the race detector would find nothing and take minutes.
sequential='^TestHostile(Users|Strangers)$'
go test "${race[@]}" -shuffle=on -timeout=30m -skip="$sequential" "$@" ./...

# Tests of allocations skip themselves above, since the race detector allocates. Their names say what they are.
mapfile -t packages < <(grep -rlE '^func Test(Hostile|[A-Za-z]*Allocations)' --include=*_test.go . | xargs -n 1 dirname | sort -u)
go test -count=1 -shuffle=on -run="Allocations$|$sequential" "${packages[@]}"

# The count is in the log of the tests, which go test shows with -v only.
go test -count=1 -v -run '^TestReplay$' ./server | grep -E 'match|^ *(---|FAIL|ok)'
