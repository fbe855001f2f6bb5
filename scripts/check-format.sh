#!/usr/bin/env bash
# Fails if a Go file is not formatted as gofmt does.
set -euo pipefail
cd "$(dirname "$0")/.."
unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
	echo "These files are not formatted; run gofmt -w on them:" >&2
	echo "$unformatted" >&2
	exit 1
fi
