#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs in a lab VM: chains of two redacted snapshots, and what ZFS sends of the data set that
# received them.
#
#   integration/lab/run bookworm -s DIR integration/streams/redacted.sh
#
# DIR must hold history.py of this directory. Results, in DIR/<zfs version>/redacted.NAME/, are named
# as those of chains.sh; redacted.NAME.again is what was sent of what had received them.
#   filled   a redacted s1, then the increment from the redaction bookmark, which brings the rest
#   kept     a redacted s1, then the increment from the redaction bookmark, redacted likewise
set -euo pipefail

version=$(zfs version | sed -n '1s/^zfs-\([0-9.]*\).*/\1/p')
zpool create -f -O compression=lz4 -O xattr=sa -O acltype=off -O atime=off tank /dev/vdb

write() { python3 /shared/history.py fs "/$1" "redacted/$1" "$2" 25; zpool sync tank; }
send() {        # send CHAIN FROM TO FILE ARGUMENT...
    local dir=/shared/$version/redacted.$1 from=$2 to=$3 file=$4; shift 4
    mkdir -p "$dir"
    zfs send -L -e -c "$@" >"$dir/$file.zfs"
    printf '%s\tredacted\t%s\t%s\tzfs send -L -e -c %s\n' "$file.zfs" "$from" "$to" "$*" >>"$dir/index.tsv"
}
again() {       # again CHAIN: receive it, and send what arrived
    zfs receive -u tank/r <"/shared/$version/redacted.$1/s1.zfs"
    zfs receive -u tank/r <"/shared/$version/redacted.$1/s1-s2.zfs"
    send "$1.again" - s1 s1 tank/r@s1
    send "$1.again" s1 s2 s1-s2 -i @s1 tank/r@s2
    send "$1.again" - s2 s2 tank/r@s2
    zfs destroy -r tank/r
}
redact() {      # redact SNAPSHOT CLONE BOOKMARK: without some blocks of `large`, and without `big`
    zfs clone "$1" "$2"
    dd if=/dev/zero of="/$2/large" bs=1k seek=130 count=130 conv=notrunc status=none
    rm -f "/$2/big"
    zpool sync tank; zfs snapshot "$2@cut"
    zfs redact "$1" "$3" "$2@cut"
}

rm -rf "/shared/$version/redacted."*
zfs create tank/r
head -c 400000 /dev/urandom >/tank/r/large; write tank/r 1
zfs snapshot tank/r@s1
redact tank/r@s1 tank/first book
write tank/r 2
dd if=/dev/urandom of=/tank/r/large bs=1k seek=100 count=60 conv=notrunc status=none
zpool sync tank; zfs snapshot tank/r@s2
redact tank/r@s2 tank/second book2

send filled - s1 s1 --redact book tank/r@s1
send filled s1 s2 s1-s2 -i '#book' tank/r@s2
send filled - s2 s2 tank/r@s2
send kept - s1 s1 --redact book tank/r@s1
send kept s1 s2 s1-s2 -i '#book' --redact book2 tank/r@s2
send kept - s2 s2 --redact book2 tank/r@s2
zfs rename tank/r tank/source
again filled
again kept
