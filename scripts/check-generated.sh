#!/usr/bin/env bash
# Generates all generated files and fails if that changed one of them. The new ones
# are left in place, to be committed.
set -euo pipefail
cd "$(dirname "$0")/.."

# checksums prints one line for each file of the working tree.
checksums() {
	find . -type f -not -path './.git/*' -not -path './bin/*' -not -path './var/*' -not -path '*/node_modules/*' -print0 | sort -z | xargs -0 sha256sum
}

before=$(mktemp)
after=$(mktemp)
trap 'rm -f "$before" "$after"' EXIT
checksums >"$before"
go generate ./...
checksums >"$after"
if ! cmp -s "$before" "$after"; then
	echo "These generated files were out of date; look at them and commit them:" >&2
	diff "$before" "$after" | sed -n 's/^> [0-9a-f]*  /  /p' >&2
	exit 1
fi
