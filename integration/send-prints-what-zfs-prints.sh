#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# For stored streams of real ZFS, send -nvP prints the lines that zfs send -nvP printed, but with
# exact sizes: the last line's is that of the stream which send then writes.
set -euo pipefail

data=$(cd "$(dirname "$0")/../tests/data/streams/2.1.11" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SEALIFT_VAULT=$work/vault
"$SEALIFT" init tank --dir "$SEALIFT_VAULT"

receive() { "$SEALIFT" receive "$1" <"$data/$2.zfs"; }
fail() { echo "FAILED: $1" >&2; exit 1; }
without_sizes() { sed -E '/^skipping /d; /^(full|incremental|size)\t/s/[0-9]+$//'; }

# expect NAME ARGUMENT...: send ARGUMENT... prints the lines of NAME.nvP
expect() {
    local name=$1; shift
    "$SEALIFT" send -nvP "$@" >"$work/printed"
    diff <(without_sizes <"$data/$name.nvP") <(without_sizes <"$work/printed") ||
        fail "other lines than ZFS's: $name"
    [ "$(sed -n 's/^size\t//p' "$work/printed")" = "$("$SEALIFT" send "$@" | wc -c)" ] ||
        fail "not the size of what is sent: $name"
}

receive tank/enc-vol-16k enc-vol-16k/s1
for pair in s1-s2 s2-s3 s3-s4 s4-s5; do receive tank/enc-vol-16k "enc-vol-16k/$pair"; done
expect enc-vol-16k/s1 -w tank/enc-vol-16k@s1
expect enc-vol-16k/s5 -w tank/enc-vol-16k@s5
expect enc-vol-16k/s1-s2 -w -i @s1 tank/enc-vol-16k@s2
expect enc-vol-16k/s1-s5 -w -i tank/enc-vol-16k@s1 tank/enc-vol-16k@s5

receive tank/t packages/t-R-s1
expect packages/t-R-s1 -R -w tank/t@s1
receive tank/t/a packages/t-I-s1-s2
expect packages/t-I-s1-s2 -w -I @s1 tank/t/a@s2

receive tank/enc resumes/enc-s1
receive tank/enc resumes/enc-s1-s3
for name in enc-s1.at60 enc-s1-s3.at60; do
    expect "resumes/$name" -t "$(cat "$data/resumes/$name.token")"
done
