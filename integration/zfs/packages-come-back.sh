#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A tree goes into a vault as -R packages, through renames and a destroyed child, and comes back.
# shellcheck source=integration/zfs/common.bash
. /shared/common.bash

pools
# shellcheck disable=SC2086
zfs create -o encryption=aes-256-gcm $with_pass tank/tree
zfs create -o recordsize=4k tank/tree/a
# shellcheck disable=SC2086
zfs create -o encryption=aes-128-ccm $with_raw tank/tree/b
zfs create -V 16M -o volblocksize=16k tank/tree/vol
zfs create tank/tree/gone
udevadm settle
round() {       # round STEP CHILD...: a step of each, then a snapshot of the tree
    local s=$1 d; shift
    for d; do grow "tank/tree$d" "$s" 30; done
    zfs snapshot -r tank/tree@s"$s"
    for d; do manifest "tank/tree$d@s$s" >"$work/manifest/$(tr / _ <<<"tank/tree$d@s$s")"; done
}
round 1 '' /a /b /vol /gone
round 2 '' /a /b /vol
zfs send -R -w tank/tree@s1 | sealift receive tank/tree || fail "receive of -R"
zfs send -R -w -I @s1 tank/tree@s2 | sealift receive tank/tree || fail "receive of -R -I"
sealift send -R -w tank/tree@s2 | zfs receive -u back/tree || fail "zfs receive of -R"
zfs rename tank/tree/b tank/tree/renamed
zfs destroy -r tank/tree/gone
round 3 '' /a /renamed /vol
zfs send -R -w -I @s2 tank/tree@s3 | sealift receive -F tank/tree || fail "receive of -R -I -F"
sealift list -r -t all tank
! sealift list tank/tree/gone 2>/dev/null || fail "the destroyed child is still there"
sealift send -R -w -I @s2 tank/tree@s3 | zfs receive -u -F back/tree || fail "zfs receive of -R -I -F"
! zfs list back/tree/gone 2>/dev/null || fail "the destroyed child came back"
for d in '' /a /vol; do
    open_dataset back/tree 2>/dev/null || true
    for s in 1 2 3; do same "back/tree$d@s$s" "tank/tree$d@s$s"; done
done
same back/tree/renamed@s3 tank/tree/renamed@s3
scrubbed back
