#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs in a lab VM: makes chains of send streams from real OpenZFS.
#
#   integration/lab/run SUITE -t 3000 -s DIR integration/streams/chains.sh [-s SEED] [-b KIB] [-f] [NAME...]
#
# DIR must hold history.py and manifest.py of this directory. A chain is a data
# set with a random history of five snapshots; NAME picks from the table below
# (a glob; default all). -b: other than the
# table's budget of random data. -f: fewer increments, and no packages.
# Results, in DIR/<zfs version>/NAME/ (NAME-seedN for a seed other than 1):
#   *.zfs          streams: full of every snapshot, increments between neighbours
#                  and others, from a bookmark, and -I
#   *.nvP, *.nv    what `zfs send -nvP` and `-nv` print for some of them
#   index.tsv      file, kind, from, to, command
#   snapshots.tsv  snapshot, guid, createtxg, ivsetguid
#   sN.manifest.json   what the snapshot holds
#   KNOBS          how the data set was made; the seed
# and the wrapping keys in DIR/<zfs version>/keys/.
set -euo pipefail

seed=1 few='' kib=''
while getopts s:b:f o; do case $o in s) seed=$OPTARG;; b) kib=$OPTARG;; f) few=few;; *) exit 2;; esac; done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- '*'

version=$(zfs version | sed -n '1s/^zfs-\([0-9.]*\).*/\1/p')
out=/shared/$version
mkdir -p "$out/keys"
printf 'correct horse battery' >"$out/keys/pass"
python3 -c 'import sys; sys.stdout.buffer.write(bytes((i * 7 + 3) & 255 for i in range(32)))' >"$out/keys/raw"
xxd -p -c 64 "$out/keys/raw" | tr -d '\n' >"$out/keys/hex"
step() { echo "[$(cut -d. -f1 /proc/uptime)s] $*"; }

raw="-o encryption=aes-256-gcm -o keyformat=raw -o keylocation=file://$out/keys/raw"
hex="-o keyformat=hex -o keylocation=file://$out/keys/hex"
pass="-o encryption=on -o keyformat=passphrase -o pbkdf2iters=100000 -o keylocation=file://$out/keys/pass"

# name | send flags | budget in KiB | create options; a volume has -V. A name with
# a dot shares the data set of the chain whose name ends at the dot.
table="
enc-128k | -w | 300 | $raw
enc-vol-16k | -w | 300 | $raw -V 256M -o volblocksize=16k
enc-4k | -w | 200 | $raw -o recordsize=4k
plain-128k.raw | -w | 250 |
plain-128k.Lec | -L -e -c | 250 |
plain-128k.none | | 250 |
plain-128k.c | -c | 250 |
plain-128k.L | -L | 250 |
enc-1m | -w | 300 | $pass -o recordsize=1M -o compression=zstd
enc-auto | -w | 200 | $pass -o dnodesize=auto -o xattr=on
enc-auto-sa | -w | 200 | $raw -o dnodesize=auto -o xattr=sa -o compression=gzip-6
enc-1kdn-off | -w | 150 | $raw -o dnodesize=1k -o compression=off -o recordsize=8k
enc-512 | -w | 60 | $raw -o recordsize=512 -o xattr=sa
enc-vol-4k | -w | 200 | $raw -V 256M -o volblocksize=4k
enc-vol-8k | -w | 200 | $pass -V 2G -o volblocksize=8k
enc-vol-64k | -w | 200 | $raw -V 256M -o volblocksize=64k -o compression=zstd
plain-vol-16k.raw | -w | 150 | -V 256M -o volblocksize=16k
plain-vol-16k.Lec | -L -e -c | 150 | -V 256M -o volblocksize=16k
plain-vol-16k.none | | 150 | -V 256M -o volblocksize=16k
plain-1m.raw | -w | 250 | -o recordsize=1M -o dnodesize=auto -o compression=zstd
plain-1m.Lec | -L -e -c | 250 | -o recordsize=1M -o dnodesize=auto -o compression=zstd
plain-1m.none | | 250 | -o recordsize=1M -o dnodesize=auto -o compression=zstd
plain-4k.raw | -w | 120 | -o recordsize=4k -o xattr=on
plain-4k.Lec | -L -e -c | 120 | -o recordsize=4k -o xattr=on
plain-4k.none | | 120 | -o recordsize=4k -o xattr=on
suite-aes-128-ccm | -w | 60 | -o encryption=aes-128-ccm $hex
suite-aes-192-ccm | -w | 60 | -o encryption=aes-192-ccm $hex
suite-aes-256-ccm | -w | 60 | -o encryption=aes-256-ccm $hex
suite-aes-128-gcm | -w | 60 | -o encryption=aes-128-gcm $hex
suite-aes-192-gcm | -w | 60 | -o encryption=aes-192-gcm $hex
suite-aes-256-gcm | -w | 60 | -o encryption=aes-256-gcm $hex
enc-sha512 | -w | 80 | $raw -o checksum=sha512
enc-skein | -w | 80 | $raw -o checksum=skein
enc-blake3 | -w | 80 | $raw -o checksum=blake3
enc-dedup | -w | 80 | $raw -o dedup=on
plain-sha256.raw | -w | 80 | -o checksum=sha256
plain-sha256.none | | 80 | -o checksum=sha256
plain-sha512.raw | -w | 80 | -o checksum=sha512
plain-fletcher2.raw | -w | 80 | -o checksum=fletcher2
plain-skein.raw | -w | 80 | -o checksum=skein
plain-skein.Lec | -L -e -c | 80 | -o checksum=skein
plain-edonr.raw | -w | 80 | -o checksum=edonr
plain-blake3.raw | -w | 80 | -o checksum=blake3
plain-blake3.Lec | -L -e -c | 80 | -o checksum=blake3
"

declare -A flags budget knobs
chains=() datasets=()
while IFS='|' read -r name f b k; do
    name=${name// /}
    [ -n "$name" ] || continue
    for glob; do
        # shellcheck disable=SC2053
        if [[ $name == $glob ]]; then
            chains+=("$name"); flags[$name]=$f
            ds=${name%%.*}
            budget[$ds]=${kib:-${b// /}} knobs[$ds]=$k
            [[ " ${datasets[*]} " == *" $ds "* ]] || datasets+=("$ds")
            break
        fi
    done
done <<<"$table"

manifest() {    # manifest SNAPSHOT: to stdout
    if [ -b "/dev/zvol/$1" ]; then python3 /shared/manifest.py "/dev/zvol/$1"; return; fi
    mkdir -p /mnt/m; mount -t zfs -o ro "$1" /mnt/m
    python3 /shared/manifest.py /mnt/m; umount /mnt/m
}

# --- histories -----------------------------------------------------------------
step "zfs $version, seed $seed, ${#datasets[@]} data sets"
zpool create -f -O compression=lz4 -O xattr=sa -O snapdev=visible -O acltype=off -O atime=off tank /dev/vdb
made=()
for ds in "${datasets[@]}"; do
    # shellcheck disable=SC2086
    if ! zfs create ${knobs[$ds]} "tank/$ds" 2>/tmp/why; then
        step "not in this version: $ds: $(cat /tmp/why)"; continue
    fi
    made+=("$ds")
done
for s in 1 2 3 4 5; do
    udevadm settle
    for ds in "${made[@]}"; do
        if [ -b "/dev/zvol/tank/$ds" ]; then kind=vol where=/dev/zvol/tank/$ds; else kind=fs where=/tank/$ds; fi
        python3 /shared/history.py $kind "$where" "$seed/$ds" $s "${budget[$ds]}" ||
            { step "FAILED: history of $ds, step $s, seed $seed/$ds"; exit 1; }
        # Step 3: a file that is gone but open has no name, yet is in the snapshot.
        if [ $s = 3 ] && [ $kind = fs ]; then
            echo "gone" >"$where/unlinked"; exec {fd}<>"$where/unlinked"; rm "$where/unlinked"
        fi
        zpool sync tank
        zfs snapshot "tank/$ds@s$s"
        [ $s != 2 ] || zfs bookmark "tank/$ds@s2" "tank/$ds#b2"
        [ -z "${fd-}" ] || { exec {fd}>&-; fd=; }
        case $ds.$s in    # knobs that change on the way
            *vol*.3) zfs set volsize=320M "tank/$ds" 2>/dev/null || zfs set volsize=3G "tank/$ds";;
            enc-4k.2|plain-128k.2) zfs set recordsize=16k "tank/$ds";;
            enc-128k.2) zfs set recordsize=1M "tank/$ds";;
            enc-1m.3) zfs set recordsize=128k "tank/$ds";;
            *128k.3|*auto.3) zfs set compression=zstd "tank/$ds";;
            *128k.4|*auto.4) zfs set compression=gzip-1 "tank/$ds";;
        esac
    done
    step "s$s"
    # A fresh import makes the allocator of object numbers begin at the low ones again.
    if [ $s != 5 ]; then
        zpool export tank; zpool import -d /dev tank
        zfs load-key -a >/dev/null 2>&1 || true
        zfs mount -a
    fi
done

# --- streams ---------------------------------------------------------------------
stream() {      # stream KIND FROM TO FILE ARGUMENT...: one stream and its index line
    local kind=$1 from=$2 to=$3 file=$4; shift 4
    zfs send "$@" >"$dir/$file.zfs"
    case $file in s1|s5|s1-s2|s1-s5|b2*|I-*) zfs send -nvP "$@" >"$dir/$file.nvP" 2>&1;; esac
    case $file in s1-s2|I-s1*) zfs send -nv "$@" >"$dir/$file.nv" 2>&1;; esac
    printf '%s\t%s\t%s\t%s\tzfs send %s\n' "$file.zfs" "$kind" "$from" "$to" "$*" >>"$dir/index.tsv"
}
for name in "${chains[@]}"; do
    ds=${name%%.*}
    [[ " ${made[*]} " == *" $ds "* ]] || continue
    dir=$out/.$name
    rm -rf "$dir"; mkdir "$dir"
    # shellcheck disable=SC2206
    f=(${flags[$name]})
    for s in 1 2 3 4 5; do stream full - s$s s$s "${f[@]}" "tank/$ds@s$s"; done
    pairs=(1-2 2-3 3-4 4-5 1-3 2-5)
    case $few$name in few*) ;; suite*) ;; *) pairs+=(2-4 1-5);; esac
    for p in "${pairs[@]}"; do
        from=s${p%-*} to=s${p#*-}
        stream incr "$from" "$to" "$from-$to" "${f[@]}" -i "@$from" "tank/$ds@$to"
    done
    if [ -z "$few" ] && [ ${#pairs[@]} = 8 ]; then
        stream bookmark b2 s4 b2-s4 "${f[@]}" -i '#b2' "tank/$ds@s4"
        stream package s1 s5 I-s1-s5 "${f[@]}" -I @s1 "tank/$ds@s5"
        stream package s2 s4 I-s2-s4 "${f[@]}" -I @s2 "tank/$ds@s4"
    fi
    for s in 1 2 3 4 5; do
        zfs get -Hp -o value guid,createtxg,ivsetguid "tank/$ds@s$s" | paste -s |
            sed "s/^/s$s\t/" >>"$dir/snapshots.tsv"
        [ -e "/tmp/$ds@s$s" ] || manifest "tank/$ds@s$s" >"/tmp/$ds@s$s"
        cp "/tmp/$ds@s$s" "$dir/s$s.manifest.json"
    done
    printf 'zfs=%s\nseed=%s\ncreate=%s\nflags=%s\nbudget=%s\n' "$version" "$seed/$ds" \
        "${knobs[$ds]}" "${flags[$name]}" "${budget[$ds]}" >"$dir/KNOBS"
    place=$name; [ "$seed" = 1 ] || place=$name-seed$seed
    rm -rf "${out:?}/$place"; mv "$dir" "$out/$place"
    step "$place: $(du -sh "$out/$place" | cut -f1)"
done
step "done"
