#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A clone goes into a vault as an increment upon its origin, and comes back so, and in full.
# shellcheck source=integration/zfs/common.bash
. /shared/common.bash

pools
# shellcheck disable=SC2086
zfs create -o encryption=aes-256-gcm $with_raw tank/origin
chain tank/origin
zfs clone tank/origin@s2 tank/clone
for s in 6 7; do grow tank/clone $s; freeze tank/clone@s$s; done

into_vault tank/origin -w
zfs send -w -i tank/origin@s2 tank/clone@s6 | sealift receive tank/clone || fail "receive of a clone"
zfs send -w -i @s6 tank/clone@s7 | sealift receive tank/clone

sealift send -w tank/origin@s2 | zfs receive -u back/origin
sealift send -w -i tank/origin@s2 tank/clone@s6 >$work/stream
identical $work/stream -w -i tank/origin@s2 tank/clone@s6
zfs receive -u back/clone <$work/stream
[ "$(zfs get -H -o value origin back/clone)" = back/origin@s2 ] || fail "not received as a clone"
sealift send -w -i @s6 tank/clone@s7 | zfs receive -u back/clone
open_dataset back/origin
same back/clone@s6 tank/clone@s6
same back/clone@s7 tank/clone@s7

# The clone stands under its origin's encryption root: a full stream of it tells so, which
# OpenZFS overlooks, and is OpenZFS's own but for that.
sealift send -w --no-lineage tank/clone@s7 >$work/stream
identical $work/stream -w tank/clone@s7
sealift send -w tank/clone@s7 | zfs receive -u back/clone-full
same back/clone-full@s7 tank/clone@s7
# The origin's later snapshots know nothing of the clone.
increments_come_back tank/origin '1 2 3 4 5' -w
scrubbed back
