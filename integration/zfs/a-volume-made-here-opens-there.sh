#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Volumes that sealift made out of images, encrypted in every suite and plain, open in ZFS and hold
# the images; so they do after increments in either direction.
# shellcheck source=integration/zfs/common.bash
. /shared/common.bash

image() {   # image FILE STEP: 30 MiB, of which each step changes some
    python3 - "$1" "$2" "$seed" <<'EOF'
import os, random, sys
path, step, seed = sys.argv[1:]
rng = random.Random(seed + step)
with open(path, "r+b" if os.path.exists(path) else "w+b") as f:
    f.truncate(30 << 20)
    for _ in range(60):
        f.seek(rng.randrange(0, (30 << 20) - 65536))
        kind = rng.random()
        size = rng.randrange(1, 65536)
        f.write(rng.randbytes(size) if kind < .4 else bytes(size) if kind < .6 else (b"%x " % rng.getrandbits(40) * 9000)[:size])
EOF
}

holds() {   # holds DATASET FILE: the volume's bytes are the file's
    udevadm settle
    cmp -n $((30 << 20)) "/dev/zvol/$1" "$2" || fail "$1 does not hold $2"
}

there_and_back() {  # there_and_back NAME OPTION...
    local name=$1; shift
    local img=$work/$name.img
    sealift create -V 32M "$@" "tank/$name"
    image "$img" 1
    sealift put "$img" "tank/$name"
    sealift snapshot "tank/$name"@s1
    sealift send -w "tank/$name@s1" | zfs receive -u "back/$name" || fail "zfs receive of $name@s1"
    open_dataset "back/$name"
    holds "back/$name" "$img"
    image "$img" 2
    sealift put -v "$img" "tank/$name"
    sealift snapshot "tank/$name"@s2
    sealift send -w -i @s1 "tank/$name@s2" | zfs receive "back/$name" || fail "zfs receive of $name@s2"
    holds "back/$name" "$img"
    # ZFS writes, and what it wrote comes into the vault
    image "$img" 3
    dd if="$img" of="/dev/zvol/back/$name" bs=1M conv=fsync status=none
    zfs snapshot "back/$name@s3"
    zfs send -w -i @s2 "back/$name@s3" | sealift receive "tank/$name" || fail "sealift receive of $name@s3"
    # and goes on from there
    image "$img" 4
    sealift put "$img" "tank/$name" && fail "put over what was received"
    sealift put -F "$img" "tank/$name"
    sealift snapshot "tank/$name"@s4
    sealift send -w -i @s3 "tank/$name@s4" | zfs receive -F "back/$name" || fail "zfs receive of $name@s4"
    holds "back/$name" "$img"
    sealift verify "tank/$name" || fail "verify of $name"
    say "there and back: $name $*"
}

pools
for suite in aes-256-gcm aes-128-gcm aes-192-gcm aes-128-ccm aes-192-ccm aes-256-ccm; do
    # shellcheck disable=SC2086
    there_and_back $suite -o encryption=$suite $with_raw -b 16k
done
# shellcheck disable=SC2086
{
    there_and_back pass -o encryption=on $with_pass -b 4k -o compression=zstd
    there_and_back gzip -o encryption=on $with_pass -b 128k -o compression=gzip-6
    there_and_back off -o encryption=on $with_pass -b 64k -o compression=off
    there_and_back large -o encryption=on $with_pass -b 1M -o compression=zstd-9
    there_and_back plain -b 8k
}
scrubbed back
for ds in aes-256-gcm pass plain; do
    zdb -d back/$ds >$work/zdb 2>&1 || { cat $work/zdb; fail "zdb of $ds"; }
done
