#!/usr/bin/env bash
# Runs each fuzz target for FUZZ_SECONDS (20 if not set), one after the other. What one finds is left in its package's
# testdata/fuzz, to be committed with the cure.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-20}
grep -rnoE --include=*_test.go '^func Fuzz[A-Za-z0-9_]+' . | sort | while IFS=: read -r file _ declaration; do
	go test -run='^$' -fuzz="^${declaration#func }\$" -fuzztime="${seconds}s" "$(dirname "$file")"
done
