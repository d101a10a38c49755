#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Keys that were changed in a vault open what comes back from it: ZFS stands under the same
# encryption roots, opens with the new key alone, and goes on doing so while increments come from an
# origin that still has the old one.
# shellcheck source=integration/zfs/common.bash
. /shared/common.bash

pools
# shellcheck disable=SC2086
zfs create -o encryption=aes-256-gcm $with_pass tank/tree
zfs create tank/tree/a
# shellcheck disable=SC2086
zfs create -o encryption=aes-128-ccm $with_raw tank/tree/b
tree='tank/tree tank/tree/a tank/tree/b'
round() {       # round STEP: a step of each, then a snapshot of the tree
    local d
    for d in $tree; do grow "$d" "$1" 30; freeze "$d@s$1"; done
}
there() {       # there STEP: what came back opens with the new key alone, and holds what it should
    local d
    zpool export back
    zpool import -d /dev back
    ! zfs load-key -L "file://$work/pass" back/tree 2>/dev/null || fail "the old key opens back/tree"
    zfs load-key -L "file://$work/new" back/tree || fail "the new key does not open back/tree"
    for d in $tree; do
        [ "$(zfs get -H -o value encryptionroot "back${d#tank}")" = back/tree ] || fail "root of $d"
        same "back${d#tank}@s$1" "$d@s$1"
    done
}
round 1
zfs snapshot -r tank/tree@all
zfs send -R -w tank/tree@all | sealift receive tank/tree || fail "receive of -R"
printf 'another horse, another battery' >"$work/new"

sealift load-key -L "file://$work/pass" tank/tree || fail "no keyring in a virtual machine"
sealift load-key -L "file://$work/raw" tank/tree/b
sealift change-key -o keylocation="file://$work/new" -o pbkdf2iters=100000 tank/tree
sealift change-key -i tank/tree/b
sealift unload-key -a
[ "$(sealift get -H -o value encryptionroot tank/tree/b)" = tank/tree ] || fail "change-key -i"
sealift verify -r tank/tree | grep -c ': proven' | grep -qx 6 || fail "the new key does not prove all"
sealift send -R -w tank/tree@all | zfs receive -u back/tree || fail "zfs receive of -R"
there 1

# The origin goes on with the old keys.
round 2
for d in $tree; do
    zfs send -w -i @all "$d@s2" | sealift receive "$d" || fail "receive of $d@s2"
    sealift send -w -i @all "$d@s2" | zfs receive -u "back${d#tank}" || fail "zfs receive of $d@s2"
done
there 2

# The vault goes back to what the origin has: not while b would be left behind.
sealift key status -r tank/tree
came=$(sealift key status -H tank/tree | awk -F '\t' '$4 == "journalled" { print $3 }')
! sealift key adopt -L "file://$work/pass" tank/tree "$came" || fail "b is lost"
sealift change-key -l -o keyformat=raw -o keylocation="file://$work/raw" tank/tree/b
sealift key adopt -L "file://$work/pass" tank/tree "$came" || fail "key adopt"
for d in $tree; do
    sealift send -w "$d@s2" | zfs receive -u "back/adopted-${d##*/}" || fail "zfs receive of $d@s2"
    same "back/adopted-${d##*/}@s2" "$d@s2"
done
scrubbed back
