#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Directories that sealift put into encrypted and plain file systems mount in ZFS and are equal, file
# by file: contents, times, owners, modes, links, extended attributes, projects; so they are after changes.
# shellcheck source=integration/zfs/common.bash
. /shared/common.bash

pools
# shellcheck disable=SC2086
{
    sealift create -o encryption=on $with_pass tank/enc
    sealift create -o recordsize=4k -o dnodesize=auto tank/enc/small
    sealift create -o recordsize=1M -o compression=zstd tank/enc/large
    sealift create -o encryption=aes-128-ccm $with_raw -o compression=off tank/ccm
    sealift create -o compression=lzjb -o dnodesize=1k tank/plain
}
zfs create tank/src
to() { echo "back/${1##*/}"; }
from=
for s in 1 2 3; do
    grow tank/src $s
    if [ $s = 1 ]; then
        mkdir -p /tank/src/owned/by
        zfs project -s -p 42 /tank/src/owned
    fi
    freeze tank/src@s$s
    for ds in tank/enc tank/enc/small tank/enc/large tank/ccm tank/plain; do
        sealift put /tank/src $ds || fail "put into $ds"
        sealift snapshot $ds@s$s
        # shellcheck disable=SC2086
        sealift send -w $from $ds@s$s | zfs receive -u "$(to $ds)" || fail "zfs receive of $ds@s$s"
        alike tank/src@s$s "$(to $ds)@s$s"
        say "equal: $ds@s$s"
    done
    from="-i @s$s"
done
mount -t zfs -o ro back/enc@s3 /mnt/m
zfs project -d /mnt/m/owned | grep -q '^ *42 P' || { zfs project -d /mnt/m/owned; fail "the project of a directory"; }
umount /mnt/m
# Nothing changed: nothing is read, nothing is written.
sealift put -j /tank/src tank/enc >$work/again
grep -q '"is_changed": false' $work/again || { cat $work/again; fail "put of the same again"; }
# ZFS writes on, and what it wrote comes into the vault, and goes on there.
zfs mount back/small
grow back/small 9
freeze back/small@s4
zfs send -w -i @s3 back/small@s4 | sealift receive tank/enc/small || fail "sealift receive of s4"
grow tank/src 5
freeze tank/src@s5
sealift put -F /tank/src tank/enc/small
sealift snapshot tank/enc/small@s5
sealift send -w -i @s4 tank/enc/small@s5 | zfs receive -F back/small || fail "zfs receive of s5"
alike tank/src@s5 back/small@s5
sealift verify tank/enc || fail verify
scrubbed back
