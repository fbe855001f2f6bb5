#!/usr/bin/env bash
# Runs each fuzz target for FUZZ_SECONDS (20 if not set), one after the other. What one finds is left in its package's
# testdata/fuzz, to be committed with the cure. Inputs that reach new code are made smaller by 20 attempts and not for a minute, which would
# take the whole time of a target that is slow.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-20}
grep -rnoE --include=*_test.go '^func Fuzz[A-Za-z0-9_]+' . | sort | while IFS=: read -r file _ declaration; do
	go test -run='^$' -fuzz="^${declaration#func }\$" -fuzztime="${seconds}s" -fuzzminimizetime=20x "$(dirname "$file")"
done
