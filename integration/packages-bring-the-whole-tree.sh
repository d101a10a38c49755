#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Replication packages of real ZFS: after each, datasets, snapshots, guids, IV sets, origins and
# encryption roots are those of the source; what it destroyed, renamed and made is so here too.
set -euo pipefail

data=$(cd "$(dirname "$0")/../tests/data/streams/2.1.11/packages" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SEALIFT_VAULT=$work/vault
"$SEALIFT" init tank --dir "$SEALIFT_VAULT"

# Columns of a list.tsv: name, type, guid, createtxg, origin, ivsetguid, encryptionroot, keyformat.
same_as() {
    awk -F'\t' -v OFS='\t' '{ print $1, $2, $2 == "snapshot" ? $3 : "-", $5, $6, $7 }' "$1" |
        LC_ALL=C sort >"$work/want"
    "$SEALIFT" list -H -p -r -t filesystem,volume,snapshot \
        -o name,type,guid,origin,ivsetguid,encryptionroot tank/t |
        awk -F'\t' -v OFS='\t' '{ print $1, $2, $2 == "snapshot" ? $3 : "-", $4, $5, $6 }' |
        LC_ALL=C sort >"$work/got"
    diff "$work/want" "$work/got"
}

"$SEALIFT" receive -v tank/t <"$data/t-R-s1.zfs" >"$work/said"
same_as "$data/t-s1.list.tsv"
grep -q '^receiving full stream of tank/t/a@s1 into tank/t/a@s1$' "$work/said"

# What is there already is read and passed over.
"$SEALIFT" receive tank/t/a <"$data/t-I-s1-s2.zfs"
"$SEALIFT" receive -v tank/t/a <"$data/t-I-s1-s2.zfs" >"$work/said"
grep -q '^snap tank/t/a@s2 already exists; ignoring$' "$work/said"

"$SEALIFT" receive -F -v tank/t <"$data/t-R-I-s1-s3.zfs" >"$work/said"
same_as "$data/t-s3.list.tsv"
grep -q '^attempting destroy tank/t/gone$' "$work/said"
grep -q '^attempting rename tank/t/b to tank/t/renamed$' "$work/said"
grep -q '^found clone origin tank/t/a@s1$' "$work/said"
