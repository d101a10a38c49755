#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs in a lab VM: chains of three snapshots that show one thing each.
#
#   integration/lab/run bookworm -s DIR integration/streams/edges.sh
#
# DIR must hold manifest.py of this directory. Results, in DIR/<zfs version>/NAME/, are named as
# those of chains.sh:
#   gone                a file with a block of 1 MiB is in s1 alone; sent raw
#   odd.none, odd.Lec   files of one block of more than 128 KiB that is no multiple of it
set -euo pipefail

version=$(zfs version | sed -n '1s/^zfs-\([0-9.]*\).*/\1/p')
out=/shared/$version
mkdir -p "$out/keys"
python3 -c 'import sys; sys.stdout.buffer.write(bytes((i * 7 + 3) & 255 for i in range(32)))' >"$out/keys/raw"
zpool create -f -O compression=lz4 -O xattr=sa -O snapdev=visible -O acltype=off -O atime=off tank /dev/vdb

random() {      # random BYTES TIMES: as many random bytes, repeated
    python3 -c "import os, sys; sys.stdout.buffer.write(os.urandom($1) * $2)"
}
change() {      # change FILE OFFSET BYTES: random bytes there
    dd if=/dev/urandom of="$1" bs=1 seek="$2" count="$3" conv=notrunc status=none
}
freeze() { zpool sync tank; zfs snapshot "$1"; }
manifest() {    # manifest SNAPSHOT: to stdout
    mkdir -p /mnt/m; mount -t zfs -o ro "$1" /mnt/m
    python3 /shared/manifest.py /mnt/m; umount /mnt/m
}
streams() {     # streams NAME DATASET FLAG...: every full stream and increment
    local dir=$out/$1 ds=$2 from to; shift 2
    rm -rf "$dir"; mkdir "$dir"
    for to in 1 2 3; do
        zfs send "$@" "$ds@s$to" >"$dir/s$to.zfs"
        manifest "$ds@s$to" >"$dir/s$to.manifest.json"
        for ((from = 1; from < to; from++)); do
            zfs send "$@" -i "@s$from" "$ds@s$to" >"$dir/s$from-s$to.zfs"
        done
    done
}

zfs create -o encryption=aes-256-gcm -o keyformat=raw -o "keylocation=file://$out/keys/raw" \
    -o recordsize=1M tank/gone-enc
cd /tank/gone-enc
{ random 3000 1; head -c 1045576 /dev/zero | tr '\0' a; } >large; echo small >small
freeze tank/gone-enc@s1
rm large
freeze tank/gone-enc@s2
echo more >>small; echo x >x
freeze tank/gone-enc@s3
streams gone tank/gone-enc -w

zfs create -o recordsize=1M -o compression=off tank/odd
cd /tank/odd
random 2000 70 >a; truncate -s 135000 hole; echo tiny >t
freeze tank/odd@s1
chmod 600 a; change hole 134000 1
freeze tank/odd@s2
change a 140000 10000; truncate -s 0 hole
freeze tank/odd@s3
streams odd.none tank/odd
streams odd.Lec tank/odd -L -e -c
