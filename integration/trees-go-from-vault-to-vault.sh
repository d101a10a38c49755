#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A tree that real ZFS sent goes as a package from one vault into another, and then what changed:
# every snapshot is sent from there as from the first vault, down to the last byte.
set -euo pipefail

data=$(cd "$(dirname "$0")/../tests/data/streams/2.1.11/packages" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
one() { "$SEALIFT" --vault "$work/one" "$@"; }
two() { "$SEALIFT" --vault "$work/two" "$@"; }
"$SEALIFT" init tank --dir "$work/one"
"$SEALIFT" init tank --dir "$work/two"

# equal: both vaults hold the same snapshots, and send the same of each
equal() {
    one list -r -H -t snapshot -o name,guid,ivsetguid tank/t >"$work/snapshots"
    [ -s "$work/snapshots" ]
    two list -r -H -t snapshot -o name,guid,ivsetguid tank/t | diff "$work/snapshots" - ||
        { echo "FAILED: other snapshots" >&2; exit 1; }
    local name rest
    while read -r name rest; do
        one send -w "$name" >"$work/from-one"
        two send -w "$name" >"$work/from-two"
        cmp "$work/from-one" "$work/from-two" || { echo "FAILED: $name differs" >&2; exit 1; }
    done <"$work/snapshots"
}

one receive tank/t <"$data/t-R-s1.zfs"
one send -R -w tank/t@s1 | two receive tank/t
equal
one receive -F tank/t <"$data/t-R-I-s1-s3.zfs"
one send -R -w -I @s1 tank/t@s3 | two receive -F tank/t
equal
