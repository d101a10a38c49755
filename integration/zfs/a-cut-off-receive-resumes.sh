#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A receive with -s that is cut off leaves a token; ZFS's `send -t` of it completes the snapshot.
# And the other way round: ZFS's token, and sealift's `send -t`.
# shellcheck source=integration/zfs/common.bash
. /shared/common.bash

pools
# shellcheck disable=SC2086
zfs create -o encryption=aes-256-gcm $with_raw tank/cut
chain tank/cut
zfs send -w tank/cut@s1 >$work/streams/full
zfs send -w -i @s1 tank/cut@s4 >$work/streams/incr

until_kept() {      # until_kept DATASET: ZFS keeps a part only if some of it was synced
    local _
    for _ in $(seq 60); do
        zpool sync back
        [[ $(zfs get -H -o value receive_resume_token "$1" 2>/dev/null) != 1-* ]] || return 0
    done
}
cut_and_resume() {  # cut_and_resume FILE PERCENT: into the vault, in two parts
    local size token
    size=$(stat -c %s "$1")
    ! head -c $((size * $2 / 100)) "$1" | sealift receive -s tank/cut 2>$work/err || fail "half a stream was taken for a whole one"
    token=$(sealift get -H -o value receive_resume_token tank/cut)
    [[ $token == 1-* ]] || fail "no token after $2 %"
    zfs send -t "$token" | sealift receive -s tank/cut || fail "resumed receive after $2 %"
}
for percent in 20 55 90; do
    cut_and_resume $work/streams/full $percent
    cut_and_resume $work/streams/incr $((percent + 5))
    sealift send -w tank/cut@s4 >$work/stream
    identical $work/stream -w tank/cut@s4
    sealift destroy -r tank/cut
done
say "vault resumes"

into_vault tank/cut -w
for percent in 15 50 85; do
    to=back/cut$percent
    sealift send -w tank/cut@s4 >$work/stream
    size=$(stat -c %s $work/stream)
    ! { head -c $((size * percent / 100)) $work/stream; until_kept $to; } | zfs receive -s -u $to 2>/dev/null ||
        fail "zfs took half a stream"
    token=$(zfs get -H -o value receive_resume_token $to)
    sealift send -t "$token" >$work/stream || fail "sealift send -t"
    zfs send -t "$token" | cmp - $work/stream || fail "not what ZFS sends for the token"
    zfs receive -s -u $to <$work/stream || fail "zfs receive of the rest"
    same $to@s4 tank/cut@s4
done
scrubbed back
