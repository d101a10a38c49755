#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An origin that lost its newest snapshots gets them back from the vault as increments.
# shellcheck source=integration/zfs/common.bash
. /shared/common.bash

pools
# shellcheck disable=SC2086
zfs create -o encryption=aes-256-gcm $with_pass tank/home
chain tank/home
into_vault tank/home -w
for s in 1 2 3 4 5; do zfs send -w tank/home@s$s >$work/streams/s$s; done

zfs rollback -r tank/home@s2
sealift send -w -i @s2 tank/home@s3 | zfs receive -F -u tank/home || fail "zfs receive of s2 to s3"
sealift send -w -i @s3 tank/home@s5 | zfs receive -u tank/home || fail "zfs receive of s3 to s5"
reimport tank
for s in 1 2 3 5; do same tank/home@s$s tank/home@s$s; done
for s in 1 2 3 5; do zfs send -w tank/home@s$s | cmp - $work/streams/s$s || fail "s$s is not what it was"; done

# Life goes on at the origin, and the vault follows.
grow tank/home 6
freeze tank/home@s6
sealift rollback tank/home@s5
zfs send -w -i @s5 tank/home@s6 | sealift receive tank/home || fail "receive after failback"
sealift send -w tank/home@s6 >$work/stream
identical $work/stream -w tank/home@s6
zfs receive -u back/home <$work/stream
same back/home@s6 tank/home@s6
scrubbed tank
scrubbed back
