#!/usr/bin/env bash
# Measures what a delivery by LMTP costs server and delivery agent, without the sender, and how many there are in a second with one
# connection and with eight. With the folder of another build's programs, both are measured in turns. It takes a minute or two.
#
#   results/delivery/measure.sh [FOLDER-OF-ANOTHER-BUILD]
#
# MAILS and ROUNDS say how much is measured (2000 and 3).
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
CGO_ENABLED=0 go build -trimpath -o "$here/" ./cmd/zarafa-server ./cmd/zarafa-dagent ./cmd/zarafa-admin
(cd results/delivery && go build -o "$here/deliverybench" .)
other=()
[ $# = 0 ] || other=(--programs "$(realpath "$1")")
ln -s "$here" "$here/this"
cd "$here" # the tables name the folders
"$here/deliverybench" "${other[@]}" --programs this --mails "${MAILS:-2000}" --rounds "${ROUNDS:-3}"
