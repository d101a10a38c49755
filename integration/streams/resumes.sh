#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs in a lab VM: makes streams that real ZFS resumes, with their tokens.
#
#   integration/lab/run SUITE -t 900 -s DIR integration/streams/resumes.sh [SEED]
#
# DIR must hold history.py of this directory. Results, in DIR/<zfs version>/resumes/:
# NAME.zfs is the whole stream; of each NAME.atP, received for P percent of it:
# .token (the token), .nvP (what `zfs send -nvP -t` prints), .zfs (what `zfs send -t`
# sends), .saved.zfs (what `zfs send --saved` sends of the part received).
set -euo pipefail

seed=${1-1}
version=$(zfs version | sed -n '1s/^zfs-\([0-9.]*\).*/\1/p')
out=/shared/$version/resumes
keys=/shared/$version/keys
rm -rf "$out"; mkdir -p "$out" "$keys"
python3 -c 'import sys; sys.stdout.buffer.write(bytes((i * 7 + 3) & 255 for i in range(32)))' >"$keys/raw"
step() { echo "[$(cut -d. -f1 /proc/uptime)s] $*"; }

zpool create -f -O compression=lz4 -O xattr=sa -O atime=off tank /dev/vdb
zpool create -f back /dev/vdc
zfs create -o encryption=aes-256-gcm -o keyformat=raw -o keylocation="file://$keys/raw" tank/enc
zfs create tank/plain
for s in 1 2 3; do
    for ds in enc plain; do
        python3 /shared/history.py fs /tank/$ds "$seed/$ds" $s 200
        zpool sync tank; zfs snapshot tank/$ds@s$s
    done
done

whole() {       # whole KIND FROM TO FILE ARGUMENT...: one stream and its index line
    local kind=$1 from=$2 to=$3 file=$4; shift 4
    zfs send "$@" >"$out/$file.zfs"
    printf '%s\t%s\t%s\t%s\tzfs send %s\n' "$file.zfs" "$kind" "$from" "$to" "$*" >>"$out/index.tsv"
}
until_kept() {      # until_kept DATASET: ZFS keeps a part only if some of it was synced
    local _
    for _ in $(seq 60); do
        zpool sync back
        [[ $(zfs get -H -o value receive_resume_token "$1" 2>/dev/null) != 1-* ]] || return 0
    done
}
cut_off() {     # cut_off FILE PERCENT [BASE]: receives that part of FILE, then resumes
    local name=$1.at$2 target=back/$1-$2 size token
    [ -z "${3-}" ] || zfs receive -u "$target" <"$out/$3.zfs"
    size=$(($(stat -c %s "$out/$1.zfs") * $2 / 100))
    { head -c $size "$out/$1.zfs"; until_kept "$target"; } | zfs receive -s -u "$target" 2>"$out/$name.receive.txt" || true
    token=$(zfs get -H -o value receive_resume_token "$target")
    [[ $token == 1-* ]] || { step "no token: $name"; return; }
    echo "$token" >"$out/$name.token"
    zfs send -nvP -t "$token" >"$out/$name.nvP" 2>&1 || true
    zstream token "$token" >"$out/$name.token.txt" 2>&1 || true
    zfs send -t "$token" >"$out/$name.zfs"
    printf '%s\tresume\t%s\t%s\tzfs send -t (token in %s)\n' "$name.zfs" "$1" "$size" "$name.token" >>"$out/index.tsv"
    if zfs send --saved "$target" >"$out/$name.saved.zfs" 2>/tmp/why; then
        printf '%s\tsaved\t%s\t-\tzfs send --saved\n' "$name.saved.zfs" "$1" >>"$out/index.tsv"
    else
        rm -f "$out/$name.saved.zfs"; step "no --saved of $name: $(head -n 1 /tmp/why)"
    fi
    zfs receive -s -u "$target" <"$out/$name.zfs"
    step "$name"
}
whole full - s1 enc-s1 -w tank/enc@s1
whole incr s1 s3 enc-s1-s3 -w -i @s1 tank/enc@s3
whole full - s1 plain-s1 tank/plain@s1
whole full - s1 plain-s1-Lec -L -e -c tank/plain@s1
whole incr s1 s3 plain-s1-s3-Lec -L -e -c -i @s1 tank/plain@s3
for percent in 25 60 95; do
    cut_off enc-s1 $percent
    cut_off enc-s1-s3 $percent enc-s1
done
cut_off plain-s1 60
cut_off plain-s1-Lec 60
cut_off plain-s1-s3-Lec 60 plain-s1-Lec
step "done: $(grep -c . "$out/index.tsv") streams, $(du -sh "$out" | cut -f1)"
