#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A volume is restored onto a block device, over whatever that held: its holes read as zeros, what
# is behind its end stays. It is put from a device as well. One that is too small is left alone.
set -euo pipefail

skip() {
    local text="NO LOOP DEVICE: $1, so this test did not run"
    printf '\n%s\n%s\n%s\n' "${text//?/*}" "$text" "${text//?/*}" >&2
    if [ -n "${SEALIFT_SKIPPED-}" ]; then
        mkdir -p "$SEALIFT_SKIPPED"
        echo "no volume was restored onto a device, because $1" >"$SEALIFT_SKIPPED/loop-device"
    fi
    exit 77
}

work=$(mktemp -d)
devices=()
trap 'for each in "${devices[@]}"; do losetup -d "$each"; done; rm -rf "$work"' EXIT
export SEALIFT_VAULT=$work/vault

noise() { head -c "$1" /dev/urandom; }
device() {  # device NAME MIB: a loop device full of noise, in $found
    noise $(($2 << 20)) >"$work/$1"
    found=$(losetup --show -f "$work/$1" 2>/dev/null) || skip "setting one up takes root"
    devices+=("$found")
}

device large 12; large=$found
device small 2; small=$found

head -c 32 /dev/zero >"$work/key"
"$SEALIFT" init dr --dir "$SEALIFT_VAULT"
"$SEALIFT" create -V 8M -b 16k -o encryption=on -o keyformat=raw -o "keylocation=file://$work/key" dr/disk
truncate -s 8M "$work/image"
noise 300000 | dd of="$work/image" bs=1M seek=2 conv=notrunc status=none
noise 5000 | dd of="$work/image" bs=1M seek=7 conv=notrunc status=none
"$SEALIFT" put -q "$work/image" dr/disk
"$SEALIFT" snapshot dr/disk@s1

tail -c $((4 << 20)) "$work/large" >"$work/behind"
"$SEALIFT" restore -q --verify dr/disk@s1 "$large"
cmp -n $((8 << 20)) "$large" "$work/image"
tail -c $((4 << 20)) "$large" | cmp - "$work/behind"

noise 70000 | dd of="$large" bs=64k seek=3 conv=notrunc,fsync status=none
losetup --show -f --sizelimit $((8 << 20)) "$work/large" >"$work/part"
devices+=("$(cat "$work/part")")
"$SEALIFT" put -q "$(cat "$work/part")" dr/disk
"$SEALIFT" restore -q dr/disk "$work/again"
cmp -n $((8 << 20)) "$work/again" "$large"

cp "$work/small" "$work/small-before"
status=0
"$SEALIFT" restore -q dr/disk@s1 "$small" 2>"$work/said" || status=$?
[ "$status" = 1 ]
grep -q 'the device has 2097152 bytes' "$work/said"
cmp "$small" "$work/small-before"
