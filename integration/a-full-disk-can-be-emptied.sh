#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# On a disk that is full to the last block a receive fails, says why, and leaves the vault byte for
# byte as it was; what is there can still be read, rolled back and destroyed, and that makes room
# for a receive. On ext4 and on tmpfs, as far as they can be mounted here.
set -euo pipefail

data=$(cd "$(dirname "$0")/../tests/data/streams/2.3.9/enc-128k" && pwd)

skip() {
    local text="NO FULL DISK: $1, so this test did not run"
    printf '\n%s\n%s\n%s\n' "${text//?/*}" "$text" "${text//?/*}" >&2
    if [ -n "${SEALIFT_SKIPPED-}" ]; then
        mkdir -p "$SEALIFT_SKIPPED"
        echo "the full disk was not tried, because $1" >"$SEALIFT_SKIPPED/full-disk"
    fi
    exit 77
}

# Mounts are seen, and end, within this script only.
if [ -z "${IN_NAMESPACE-}" ]; then
    IN_NAMESPACE=1
    export IN_NAMESPACE
    unshare --mount true 2>/dev/null && exec unshare --mount bash "$0"
    unshare --mount --map-root-user true 2>/dev/null &&
        exec unshare --mount --map-root-user bash "$0"
    skip "mounting a disk takes root"
fi

work=$(mktemp -d)
trap 'umount "$work/disk" 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir "$work/disk"
export SEALIFT_VAULT=$work/disk/vault

on_ext4() {
    truncate -s 8M "$work/image"
    mkfs.ext4 -q -m 0 "$work/image" 2>/dev/null && mount -o loop "$work/image" "$work/disk" 2>/dev/null
}
on_tmpfs() { mount -t tmpfs -o size=8M tmpfs "$work/disk"; }

fill() {        # to the last block
    dd if=/dev/zero of="$work/disk/filler" bs=4k oflag=append conv=notrunc 2>/dev/null || true
    dd if=/dev/zero of="$work/disk/filler" bs=1 oflag=append conv=notrunc 2>/dev/null || true
    sync -f "$work/disk"
    [ "$(stat -f -c %a "$work/disk")" = 0 ]
}

contents() { (cd "$SEALIFT_VAULT" && find . -type f -print0 | sort -z | xargs -0 sha256sum); }

receive() { "$SEALIFT" receive tank/enc-128k <"$data/$1.zfs"; }

check() {
    "$SEALIFT" init tank --dir "$SEALIFT_VAULT"
    receive s1
    receive s1-s2
    fill
    contents >"$work/before"

    local status=0
    receive s2-s3 2>"$work/said" || status=$?
    [ "$status" = 6 ]
    grep -q 'No space left on device' "$work/said"
    contents | cmp - "$work/before"
    "$SEALIFT" send -w tank/enc-128k@s2 | cmp - "$data/s2.zfs"

    "$SEALIFT" rollback -r tank/enc-128k@s1
    "$SEALIFT" destroy -r tank/enc-128k
    [ "$("$SEALIFT" list -H -o name -r -t all tank)" = tank ]
    receive s1
    "$SEALIFT" send -w tank/enc-128k@s1 | cmp - "$data/s1.zfs"

    for _ in 1 2 3; do
        fill
        "$SEALIFT" destroy -r tank/enc-128k
        truncate -s -64K "$work/disk/filler"    # a few pages are only partly dead each time
        receive s1
    done

    rm "$work/disk/filler"
    receive s1-s2
    receive s2-s3
    "$SEALIFT" send -w tank/enc-128k@s3 | cmp - "$data/s3.zfs"
}

tried=0
for disk in ext4 tmpfs; do
    "on_$disk" || { echo "$disk cannot be mounted here"; continue; }
    tried=1
    check
    umount "$work/disk"
    echo "$disk: ok"
done
[ "$tried" = 1 ] || skip "neither ext4 nor tmpfs can be mounted here"
