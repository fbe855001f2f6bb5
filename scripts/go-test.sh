#!/usr/bin/env bash
# Runs all Go tests: with the race detector, and after it those whose files have the build constraint !race. The detector would
# distort these (they count allocations or memory) or slow them down by minutes; of some there is a shorter form for the detector, under the
# same name. The script says at the end which of the recorded exchanges the server answers as recorded. Arguments are passed on to go test.
#
# The order of the tests and the seed of random ones are the same in each run. ZARAFA_SEED=random (make test-long) draws both anew;
# ZARAFA_SEED=NUMBER repeats what a failed test printed.
set -euo pipefail
cd "$(dirname "$0")/.."
race=(-race)
if ! command -v "$(go env CC)" >/dev/null; then
	echo "go-test.sh: there is no C compiler, which the race detector needs; run 'apt-get install gcc libc6-dev' for the whole test" >&2
	race=()
fi
shuffle=(-shuffle=1)
[ "${ZARAFA_SEED:-}" != random ] || shuffle=(-shuffle=on)

# A test writes here how many of the recorded exchanges match, since go test shows no logs of tests that pass.
ZARAFA_REPLAY_REPORT=$(mktemp)
export ZARAFA_REPLAY_REPORT
trap 'rm -f "$ZARAFA_REPLAY_REPORT"' EXIT

# A program with the race detector waits for a second before it ends, so that other threads can finish their reports: two minutes of all
# packages, and more where tests start processes. Tests wait for what they have started, so there is nobody left to report.
export GORACE=atexit_sleep_ms=0
# One package more than there are processors, since some wait most of the time. "make check" has vetted everything.
flags=("-p=$(($(nproc) + 1))" -vet=off "${shuffle[@]}" -timeout=30m)

# The detector needs C.
(
	[ ${#race[@]} -eq 0 ] || export CGO_ENABLED=1
	go test "${race[@]}" "${flags[@]}" "$@" ./...
)

if [ ${#race[@]} -gt 0 ]; then
	mapfile -t files < <(grep -rl --include=*_test.go '^//go:build !race$' .)
	mapfile -t packages < <(dirname "${files[@]}" | sort -u)
	names=$(grep -ohE '^func Test[A-Za-z0-9_]+' "${files[@]}" | sed 's/^func //' | sort -u | paste -sd '|')
	go test "${flags[@]}" -run="^($names)\$" "$@" "${packages[@]}"
fi

cat "$ZARAFA_REPLAY_REPORT"
