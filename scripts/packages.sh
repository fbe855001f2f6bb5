#!/usr/bin/env bash
# Builds the packages of the version that is given into a folder: scripts/packages.sh VERSION FOLDER [OPTION...]. All their files have the date of
# the last commit, or SOURCE_DATE_EPOCH, so that whoever builds the same source gets the same bytes. nfpm comes from a module of its own, whose
# hundred dependencies are none of the product's.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$1
out=$2
shift 2
date=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || true)}
[ -n "$date" ] || {
	echo "packages.sh: this is no clone of a repository; set SOURCE_DATE_EPOCH to the date of the release" >&2
	exit 1
}
CGO_ENABLED=0 go run ./agents/webaccess/bundle/make
nfpm=$(CGO_ENABLED=0 go tool -modfile=packaging/tools/go.mod -n nfpm)
CGO_ENABLED=0 go run ./packaging --version "$version" --out "$out" --date "$date" --nfpm "$nfpm" "$@"
