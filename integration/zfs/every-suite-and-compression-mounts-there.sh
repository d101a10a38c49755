#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A directory put into a file system of every suite with every compression, and into plain ones, is
# what ZFS mounts, down to the holes; so it is after an increment, and ZFS writes on in it. A file
# system that nothing was put into is an empty one.
# shellcheck source=integration/zfs/common.bash
. /shared/common.bash

extents() {     # extents SNAPSHOT: where its files have data
    mount -t zfs -o ro "$1" /mnt/m
    python3 - <<'EOF'
import errno, os
for base, dirs, names in os.walk("/mnt/m"):
    dirs.sort()
    for name in sorted(names):
        path = os.path.join(base, name)
        if os.path.islink(path) or not os.path.isfile(path):
            continue
        with open(path, "rb") as f:
            runs, at = [], 0
            while True:
                try:
                    first = os.lseek(f.fileno(), at, os.SEEK_DATA)
                except OSError as error:
                    if error.errno != errno.ENXIO:
                        raise
                    break
                at = os.lseek(f.fileno(), first, os.SEEK_HOLE)
                runs.append((first, at))
        print(os.path.relpath(path, "/mnt/m"), runs)
EOF
    umount /mnt/m
}

made_there() {  # made_there DATASET STEP FLAG...: put, sent, received, and as it was
    local ds=$1 s=$2 to=back/${1##*/}; shift 2
    sealift put /tank/src "$ds" || fail "put into $ds"
    sealift snapshot "$ds@s$s"
    sealift send "$@" "$ds@s$s" | zfs receive -u "$to" || fail "zfs receive of $ds@s$s"
    alike "tank/src@s$s" "$to@s$s"
    extents "$to@s$s" | diff "$work/extents$s" - >$work/diff || { head $work/diff; fail "holes of $to@s$s"; }
}

each_dataset() {    # each_dataset STEP FLAG...
    local s=$1 suite compression ds; shift
    for suite in aes-128-gcm aes-192-gcm aes-256-gcm aes-128-ccm aes-192-ccm aes-256-ccm off; do
        for compression in off lz4 zstd zstd-fast-10 gzip-1 gzip-9 lzjb zle; do
            ds=tank/$suite-$compression
            # shellcheck disable=SC2046,SC2086
            [ "$s" != 1 ] || sealift create -o encryption=$suite \
                $([ $suite = off ] || echo $with_raw) -o compression=$compression "$ds"
            made_there "$ds" "$s" -w "$@"
        done
        say "equal: $suite, step $s"
    done
    # What is not encrypted goes without -w, too.
    ds=tank/not-raw
    [ "$s" != 1 ] || sealift create -o compression=zstd $ds
    made_there $ds "$s" -Lec "$@"
}

pools
zfs create -o recordsize=128k tank/src
sealift create tank/empty
sealift snapshot tank/empty@s1
sealift send -w tank/empty@s1 | zfs receive -u back/empty || fail "zfs receive of an empty file system"
# shellcheck disable=SC2086
sealift create -o encryption=on $with_raw tank/sealed-empty
sealift snapshot tank/sealed-empty@s1
sealift send -w tank/sealed-empty@s1 | zfs receive -u back/sealed-empty || fail "zfs receive of a sealed one"
open_dataset back/sealed-empty
for ds in back/empty back/sealed-empty; do
    zfs mount $ds
    [ -z "$(ls -A /$ds)" ] || fail "$ds is not empty"
    cp -r /shared/. /$ds && diff -r /shared /$ds || fail "$ds cannot be written to"
done
since=
for s in 1 2; do
    grow tank/src $s
    freeze tank/src@s$s
    extents tank/src@s$s >$work/extents$s
    # shellcheck disable=SC2086
    each_dataset $s $since
    since='-i @s1'
done
# ZFS writes on, and what it wrote comes into the vault.
for ds in aes-256-gcm-zstd aes-128-ccm-lz4 off-gzip-9; do
    zfs mount back/$ds
    grow back/$ds 9
    freeze back/$ds@s3
    zfs send -w -i @s2 back/$ds@s3 | sealift receive tank/$ds || fail "sealift receive of $ds@s3"
    sealift verify tank/$ds || fail "verify of $ds"
done
scrubbed back
for ds in aes-256-gcm-zstd aes-192-ccm-lzjb off-off not-raw; do
    zdb -d back/$ds >$work/zdb 2>&1 || { cat $work/zdb; fail "zdb of $ds"; }
done
