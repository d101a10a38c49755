#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Receives into different datasets run at the same time, beside holds, snapshots and a receive
# that fails; afterwards each dataset holds what its own stream brought.
set -euo pipefail

data=$(cd "$(dirname "$0")/../tests/data/streams/2.1.11" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SEALIFT_VAULT=$work/vault
"$SEALIFT" init tank --dir "$SEALIFT_VAULT"

for i in 1 2 3 4 5 6; do "$SEALIFT" create "tank/$i"; done
"$SEALIFT" receive tank/held <"$data/enc-vol-16k/s1.zfs"

jobs=()
for i in 1 2 3 4 5 6; do
    { "$SEALIFT" receive "tank/$i/enc" <"$data/resumes/enc-s1.zfs"
      "$SEALIFT" receive "tank/$i/enc" <"$data/resumes/enc-s1-s3.zfs"; } & jobs+=($!)
done
for i in 1 2 3 4 5 6 7 8; do
    "$SEALIFT" hold "tag$i" tank/held@s1
    "$SEALIFT" snapshot "tank/held@local$i"
    if head -c 200000 "$data/resumes/enc-s1.zfs" | "$SEALIFT" receive "tank/broken$i" 2>/dev/null
    then echo "FAILED: half a stream was received" >&2; exit 1; fi
done
for job in "${jobs[@]}"; do wait "$job"; done

for i in 1 2 3 4 5 6; do        # in a vault of the stream's own names it comes out to the byte
    "$SEALIFT" send -w "tank/$i/enc@s1" >"$work/full"
    "$SEALIFT" send -w -i @s1 "tank/$i/enc@s3" >"$work/increment"
    rm -rf "$work/other"
    "$SEALIFT" init tank --dir "$work/other"
    "$SEALIFT" --vault "$work/other" receive tank/enc <"$work/full"
    "$SEALIFT" --vault "$work/other" receive tank/enc <"$work/increment"
    "$SEALIFT" --vault "$work/other" send -w tank/enc@s1 | cmp - "$data/resumes/enc-s1.zfs"
    "$SEALIFT" --vault "$work/other" send -w -i @s1 tank/enc@s3 | cmp - "$data/resumes/enc-s1-s3.zfs"
done
[ "$("$SEALIFT" holds -H tank/held@s1 | wc -l)" = 8 ]
[ "$("$SEALIFT" list -H -o name -t snapshot -r tank/held | wc -l)" = 9 ]
if "$SEALIFT" list -H -o name -r tank | grep broken; then exit 1; fi
