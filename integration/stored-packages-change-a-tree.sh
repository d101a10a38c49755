#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Packages (send -R) that real ZFS made before and after children were cloned, renamed, created and
# destroyed: the vault's tree follows, and what it sends makes the same tree in another vault.
set -euo pipefail

data=${1-$(cd "$(dirname "$0")/../tests/data/streams/2.1.11/packages" && pwd)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; exit 1; }
sealift() { "$SEALIFT" --vault "$work/vault" "$@"; }
copy() { "$SEALIFT" --vault "$work/copy" "$@"; }

# same_tree STATE COMMAND: names and guids of all snapshots are those that zfs listed, and so are
# the origins of clones.
same_tree() {
    awk -F'\t' -v OFS='\t' '$2 == "snapshot" { print $1, $3, "-" } $5 != "-" { print $1, $5 }' \
        "$data/$1.list.tsv" | sort >"$work/want"
    "$2" list -H -r -t all -o name,type,guid,origin tank/t |
        awk -F'\t' -v OFS='\t' '$2 == "snapshot" { print $1, $3, "-" } $4 != "-" { print $1, $4 }' |
        sort >"$work/got"
    diff "$work/want" "$work/got" || fail "$2: the tree is not that of $1"
    echo "$2: $1, $(grep -c @ "$work/got") snapshots"
}

"$SEALIFT" init tank --dir "$work/vault"
"$SEALIFT" init tank --dir "$work/copy"
sealift receive tank/t <"$data/t-R-s1.zfs"
same_tree t-s1 sealift
sealift send -R -w tank/t@s1 | copy receive tank/t
same_tree t-s1 copy

sealift receive -F tank/t <"$data/t-R-I-s1-s3.zfs"
same_tree t-s3 sealift
sealift send -R -w -I @s1 tank/t@s3 | copy receive -F tank/t
same_tree t-s3 copy
sealift list -H -r -t all -o name,guid,ivsetguid,referenced tank/t | grep @ >"$work/want"
copy list -H -r -t all -o name,guid,ivsetguid,referenced tank/t | grep @ | diff "$work/want" -
