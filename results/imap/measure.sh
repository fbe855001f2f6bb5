#!/usr/bin/env bash
# Measures IMAP with zarafa-gateway and, in turns, with Dovecot 2.3 (Debian's dovecot-imapd and dovecot-lmtpd; to be run as root): what mail programs do
# with 1,000 and 20,000 mails, and the memory of connections in IDLE. It takes two or three minutes.
#
#   results/imap/measure.sh [--huge] [--idle=10000 --users=1000] [--tls] [--rounds=5] [--only=ENVELOPE]
#
# --huge measures in 200,000 mails, too; --rounds=0 measures memory alone, and --idle=0 none.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
CGO_ENABLED=0 go build -trimpath -o "$here/" ./cmd/zarafa-server ./cmd/zarafa-gateway ./cmd/zarafa-dagent ./cmd/zarafa-admin
(cd results/imap && go build -trimpath -o "$here/imapbench" .)
ulimit -n "$(ulimit -Hn)"
"$here/imapbench" --programs "$here" "$@"
