#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs in a lab VM: makes the less usual streams of real OpenZFS: packages (-R, -I,
# -p, -h, -b) of trees that change, clones, redacted streams, a change of key.
#
#   integration/lab/run SUITE -t 1500 -s DIR integration/streams/packages.sh [SEED]
#
# DIR must hold history.py of this directory. Results, in DIR/<zfs version>/packages/:
# *.zfs, *.nvP and index.tsv as in chains.sh, and for every state of a tree what
# `zfs list` and `zfs get` say of it (NAME.list.tsv, NAME.props.tsv).
set -euo pipefail

seed=${1-1}
version=$(zfs version | sed -n '1s/^zfs-\([0-9.]*\).*/\1/p')
out=/shared/$version/packages
rm -rf "$out"; mkdir -p "$out" "/shared/$version/keys"
keys=/shared/$version/keys
printf 'correct horse battery' >"$keys/pass"
printf 'a second passphrase' >"$keys/pass2"
python3 -c 'import sys; sys.stdout.buffer.write(bytes((i * 7 + 3) & 255 for i in range(32)))' >"$keys/raw"
step() { echo "[$(cut -d. -f1 /proc/uptime)s] $*"; }

stream() {      # stream KIND FROM TO FILE ARGUMENT...: one stream and its index line
    local kind=$1 from=$2 to=$3 file=$4; shift 4
    if ! zfs send "$@" >"$out/$file.zfs" 2>/tmp/why; then
        step "not made: $file: $(head -n 1 /tmp/why)"; rm -f "$out/$file.zfs"; return
    fi
    zfs send -nvP "$@" >"$out/$file.nvP" 2>&1 || true
    printf '%s\t%s\t%s\t%s\tzfs send %s\n' "$file.zfs" "$kind" "$from" "$to" "$*" >>"$out/index.tsv"
}
state() {       # state NAME DATASET: what ZFS says of a tree
    zfs list -Hp -r -t all -o name,type,guid,createtxg,origin,ivsetguid,encryptionroot,keyformat "$2" >"$out/$1.list.tsv" 2>/dev/null ||
        zfs get -Hp -r -t all guid,createtxg,origin,ivsetguid,encryptionroot,keyformat "$2" >"$out/$1.list.tsv"
    zfs get -Hp -r -t all -o name,property,value,source all "$2" >"$out/$1.props.tsv"
}
write() {       # write DATASET STEP: one step of its history
    python3 /shared/history.py fs "/$1" "$seed/$1" "$2" 25
    zpool sync tank
}
write_volume() { python3 /shared/history.py vol "/dev/zvol/$1" "$seed/$1" "$2" 25; zpool sync tank; }

zpool create -f -O compression=lz4 -O xattr=sa -O atime=off tank /dev/vdb
zpool create -f back /dev/vdc

# --- trees: t is encrypted, u is plain --------------------------------------------
pass="-o encryption=aes-256-gcm -o keyformat=passphrase -o keylocation=file://$keys/pass"
# shellcheck disable=SC2086
zfs create $pass tank/t
zfs create tank/u
for t in t u; do
    zfs create -o compression=zstd -o org.sealift:note="a note with spaces" tank/$t/a
    zfs create -o recordsize=1M -o quota=1G tank/$t/gone
    zfs create -V 16M -o volblocksize=16k tank/$t/v
done
zfs create -o encryption=aes-128-ccm -o keyformat=raw -o keylocation="file://$keys/raw" tank/t/b
zfs create -o canmount=on -o dnodesize=auto tank/u/b
zfs create -o encryption=off tank/t/plain 2>/dev/null || step "no plain child of an encrypted parent"
udevadm settle
for t in t u; do
    for d in "" /a /b /gone; do write tank/$t$d 1; done
    write_volume tank/$t/v 1
    zfs snapshot -r tank/$t@s1
    zfs hold -r keep tank/$t@s1; zfs hold second tank/$t/a@s1
    state $t-s1 tank/$t
done
step "s1"
for t in t u; do
    zfs clone -o org.sealift:clone=yes tank/$t/a@s1 tank/$t/clone
    for d in /a /b /clone; do write tank/$t$d 2; done
    zfs set compression=gzip tank/$t/b
    zfs snapshot tank/$t/a@only-a
    zfs snapshot tank/$t@only-root
    zfs snapshot -r tank/$t@s2
    state $t-s2 tank/$t
done
step "s2"
for t in t u; do
    stream package - s1 $t-R-s1 -R -w tank/$t@s1
    stream package - s2 $t-R-s2 -R -w tank/$t@s2
    stream package s1 s2 $t-R-I-s1-s2 -R -w -I @s1 tank/$t@s2
    stream package s1 s2 $t-R-i-s1-s2 -R -w -i @s1 tank/$t@s2
    stream package - s2 $t-R-h-s2 -R -h -w tank/$t@s2
    stream package - s1 $t-p-s1 -p -w tank/$t/a@s1
    stream package - s1 $t-p-h-s1 -p -h -w tank/$t/a@s1
    stream package - s1 $t-h-s1 -h -w tank/$t/a@s1
    stream package s1 s2 $t-p-s1-s2 -p -w -i @s1 tank/$t/a@s2
    stream package s1 s2 $t-p-I-s1-s2 -p -w -I @s1 tank/$t/a@s2
    stream package s1 s2 $t-I-s1-s2 -w -I @s1 tank/$t/a@s2
    stream full - s2 $t-v-s2 -w tank/$t/v@s2
    stream clone s1 s2 $t-clone-s1-s2 -w -i tank/$t/a@s1 tank/$t/clone@s2
    stream full - s2 $t-clone-s2 -w tank/$t/clone@s2
    stream package - only-a $t-R-only-a -R -w tank/$t/a@only-a
    stream package - only-root $t-R-s-only-root -R -s -w tank/$t@only-root
    stream package - s2 $t-R-X-s2 -R -w -X tank/$t/b tank/$t@s2
done
stream package - s2 u-R-Lec-s2 -R -L -e -c tank/u@s2
stream package s1 s2 u-R-I-Lec-s1-s2 -R -L -e -c -I @s1 tank/u@s2
stream package - s2 u-R-none-s2 -R tank/u@s2
stream package s1 s2 u-R-I-none-s1-s2 -R -I @s1 tank/u@s2
step "packages of s1 and s2"

# --- renames, new and destroyed children, promotion ---------------------------------
for t in t u; do
    zfs release -r keep tank/$t@s1; zfs release second tank/$t/a@s1
    zfs rename tank/$t/b tank/$t/renamed
    zfs destroy -r tank/$t/gone
    zfs create tank/$t/new; write tank/$t/new 1
    zfs destroy tank/$t/a@only-a
    zfs inherit compression tank/$t/a
    for d in /a /renamed; do write tank/$t$d 3; done
    zfs snapshot -r tank/$t@s3
    state $t-s3 tank/$t
    stream package s2 s3 $t-R-I-s2-s3 -R -w -I @s2 tank/$t@s3
    stream package s1 s3 $t-R-I-s1-s3 -R -w -I @s1 tank/$t@s3
    stream package s1 s3 $t-R-i-s1-s3 -R -w -i @s1 tank/$t@s3
    zfs promote tank/$t/clone
    write tank/$t/clone 4
    zfs rename tank/$t/new tank/$t/a/moved
    zfs snapshot -r tank/$t@s4
    state $t-s4 tank/$t
    stream package - s4 $t-R-s4 -R -w tank/$t@s4
    stream package s3 s4 $t-R-I-s3-s4 -R -w -I @s3 tank/$t@s4
    stream package s1 s4 $t-R-I-s1-s4 -R -w -I @s1 tank/$t@s4
done
step "packages of s3 and s4"

# What a second pool got from packages, and what it then sends (-b: its received properties).
zfs receive -u back/t <"$out/t-R-s2.zfs"
zfs set org.sealift:note=local back/t/a
zfs receive -u -F back/t <"$out/t-R-I-s2-s3.zfs" || step "receive of t-R-I-s2-s3: rc $?"
state back-t-s3 back/t
stream package - s3 back-t-R-b-s3 -R -b -w back/t@s3

# --- change of key -------------------------------------------------------------------
# shellcheck disable=SC2086
zfs create $pass tank/rekey; write tank/rekey 1; zfs snapshot tank/rekey@s1
stream full - s1 rekey-s1-before -w tank/rekey@s1
zfs change-key -o keylocation="file://$keys/pass2" tank/rekey
write tank/rekey 2; zfs snapshot tank/rekey@s2
stream full - s1 rekey-s1-after -w tank/rekey@s1
stream full - s2 rekey-s2 -w tank/rekey@s2
stream incr s1 s2 rekey-s1-s2 -w -i @s1 tank/rekey@s2

# --- redacted ------------------------------------------------------------------------
zfs create tank/r; write tank/r 1; zfs snapshot tank/r@s1
zfs clone tank/r@s1 tank/redactor
rm -f /tank/redactor/big /tank/redactor/many/f0[0-4]*; head -c 3000 /dev/urandom >/tank/redactor/many/f060
zpool sync tank; zfs snapshot tank/redactor@cut
zfs redact tank/r@s1 book tank/redactor@cut
stream redacted - s1 redacted-s1 --redact book tank/r@s1
stream redacted - s1 redacted-s1-Lec -L -e -c --redact book tank/r@s1
write tank/r 2; zfs snapshot tank/r@s2
stream redacted '#book' s2 redacted-book-s2 -i '#book' tank/r@s2
stream redacted s1 s2 redacted-s1-s2 -i @s1 tank/r@s2
zfs clone tank/r@s2 tank/redactor2; rm -f /tank/redactor2/many/f09*
zpool sync tank; zfs snapshot tank/redactor2@cut
zfs redact tank/r@s2 book2 tank/redactor2@cut
stream redacted s1 s2 redacted-s1-s2-book2 -i @s1 --redact book2 tank/r@s2
step "redacted"

step "done: $(grep -c . "$out/index.tsv") streams, $(du -sh "$out" | cut -f1)"
