#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The plainest proof: `diff -r` of the mounted origin and of the mounted result finds nothing.
# shellcheck source=integration/zfs/common.bash
. /shared/common.bash

pools
# shellcheck disable=SC2086
zfs create -o encryption=aes-256-gcm $with_pass tank/home
mkdir /tank/home/sub
for i in $(seq 40); do head -c $((i * 4001)) /dev/urandom >"/tank/home/sub/f$i"; done
ln -s f1 /tank/home/sub/link; cp -r /etc /tank/home/etc
zfs snapshot tank/home@s1
rm /tank/home/sub/f[12]?; cp -r /tank/home/etc /tank/home/etc2; truncate -s 12345 /tank/home/sub/f9
zfs snapshot tank/home@s2
zfs send -w tank/home@s1 | sealift receive tank/home
zfs send -w -i @s1 tank/home@s2 | sealift receive tank/home
sealift send -w tank/home@s1 | zfs receive back/home
sealift send -w -i @s1 tank/home@s2 | zfs receive back/home
zfs load-key -L file://$work/pass back/home
zfs mount back/home
diff -r --no-dereference /tank/home /back/home || fail "the trees differ"
scrubbed back
