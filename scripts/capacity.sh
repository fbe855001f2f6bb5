#!/usr/bin/env bash
# Measures what ztune's settings are worth where the data is several times larger than the database's default buffer pool: how
# many simulated users this machine serves with the defaults and with the plan, in turns, on SQLite and on MariaDB, from
# a cold start and warm. The mailboxes are filled once and kept in FOLDER, a few minutes for each engine.
#
#   scripts/capacity.sh [FOLDER]          fills what is not filled yet, then measures, 12 minutes; wants a quiet machine
#   scripts/capacity.sh --fill [FOLDER]   only fills
#
# FOLDER (var/capacity) needs 6 GB, and lies on the disks that count. The results are FOLDER/sqlite.txt and FOLDER/mysql.txt. As
# root, MariaDB runs as the user mysql, who must get to the folder.
set -euo pipefail
cd "$(dirname "$0")/.."

mailboxes=${MAILBOXES:-128}
messages=${MESSAGES:-1000} # 10 KB each: 1.3 GB, ten times the default buffer pool
compress=${COMPRESS:-800}  # so that fewer users than mailboxes are a full load
users=${USERS:-500}        # that the plan is made for
budget=${BUDGET:-330s}     # for each engine
limit=${LIMIT:-250ms}

fill_only=
if [ "${1:-}" = --fill ]; then
	fill_only=1
	shift
fi
folder=${1:-var/capacity}
mkdir -p "$folder"
[ -x bin/ztune ] || {
	echo "capacity.sh: bin/ztune is missing; run make build first, or make capacity" >&2
	exit 1
}

# verify runs ztune for an engine. Status 1 says that the plan is worse or takes more memory than predicted, which is a result.
verify() {
	local engine=$1 status=0
	shift
	bin/ztune verify --engine "$engine" --data "$folder/$engine" --folder "$folder" --role both --mailboxes "$mailboxes" --messages "$messages" \
		--compress "$compress" --users "$users" --budget "$budget" --limit "$limit" "$@" || status=$?
	[ "$status" -le 1 ]
}

for engine in sqlite mysql; do
	[ -e "$folder/$engine/filled.json" ] || verify "$engine" --fill-only
done
[ -z "$fill_only" ] || exit 0
for engine in sqlite mysql; do
	verify "$engine" | tee "$folder/$engine.txt"
done
