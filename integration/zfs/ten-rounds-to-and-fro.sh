#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A file system and a volume, both encrypted, go to and fro ten times: what sealift puts ZFS mounts,
# what ZFS writes on top sealift restores, and each side goes on from there. Scrub and zdb find nothing.
# shellcheck source=integration/zfs/common.bash
. /shared/common.bash

manifest_of() {     # manifest_of PATH: of a directory that is no snapshot
    zpool sync tank
    python3 /shared/manifest.py "$1"
}

across() {      # across ROUND DATASET: what was put here is what ZFS has then
    local from=(); [ "$1" = 1 ] || from=(-i "@r$(($1 - 1))")
    sealift snapshot "tank/$2@r$1"
    sealift send -w "${from[@]}" "tank/$2@r$1" | zfs receive -F -u "back/$2" || fail "zfs receive of $2@r$1"
}

and_back() {    # and_back ROUND DATASET: what ZFS wrote comes into the vault
    zfs snapshot "back/$2@r$1"
    zfs send -w -i "@r$(($1 - 1))" "back/$2@r$1" | sealift receive "tank/$2" || fail "sealift receive of $2@r$1"
}

here() {        # here ROUND: a change of what was restored, put and sent
    grow tank/site "$1" 30
    manifest_of /tank/site >"$work/manifest/tank_site@r$1"
    sealift put -qF /tank/site tank/fs || fail "put of round $1"
    grow tank/disk "$1" 30
    sealift put -qF /dev/zvol/tank/disk tank/vol || fail "put of the volume, round $1"
    across "$1" fs
    across "$1" vol
    alike "tank/site@r$1" "back/fs@r$1"
    open_dataset back/vol 2>/dev/null || true
    udevadm settle
    cmp /dev/zvol/tank/disk /dev/zvol/back/vol || fail "the volume of round $1"
}

there() {       # there ROUND: a change by ZFS, received and restored
    zfs mount back/fs
    grow back/fs "$1" 30
    grow back/vol "$1" 30
    and_back "$1" fs
    and_back "$1" vol
    manifest "back/fs@r$1" >"$work/manifest/back_fs@r$1"
    zfs unmount back/fs
    # Into a directory of its own each time: all inodes are others then.
    zfs destroy -r tank/site
    zfs create tank/site
    sealift restore -q --verify "tank/fs@r$1" /tank/site || fail "restore of round $1"
    manifest_of /tank/site >$work/now
    equal_trees "$work/manifest/back_fs@r$1" $work/now || fail "what was restored is not back/fs@r$1"
    sealift restore -q --verify "tank/vol@r$1" /dev/zvol/tank/disk || fail "restore of the volume, round $1"
    cmp /dev/zvol/tank/disk /dev/zvol/back/vol || fail "the volume restored of round $1"
}

pools
zfs set atime=off back
# shellcheck disable=SC2086
sealift create -o encryption=on $with_pass tank/fs
# shellcheck disable=SC2086
sealift create -o encryption=aes-128-gcm $with_raw -V 12M -b 8k -o compression=zstd tank/vol
zfs create tank/site
zfs create -V 12M tank/disk
for round in 1 3 5 7 9; do
    here $round
    say "there after round $round"
    there $((round + 1))
    say "here after round $((round + 1))"
done
sealift verify tank || fail verify
scrubbed back
for ds in back/fs back/vol; do
    zdb -d $ds >$work/zdb 2>&1 || { cat $work/zdb; fail "zdb of $ds"; }
done
zpool export back
zdb -e -p /dev -bcc back >$work/zdb 2>&1 || { tail -n 30 $work/zdb; fail "zdb of all blocks"; }
