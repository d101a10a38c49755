#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Given a resume token that real ZFS made, the vault sends the very stream that ZFS resumed with.
set -euo pipefail

data=${1-$(cd "$(dirname "$0")/../tests/data/streams/2.1.11/resumes" && pwd)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sealift() { "$SEALIFT" --vault "$work/vault" "$@"; }

for dataset in enc plain; do
    "$SEALIFT" init tank --dir "$work/vault"
    for whole in "$data/$dataset"-s1.zfs "$data/$dataset"-s1-Lec.zfs "$data/$dataset"-s1-s3.zfs; do
        [ ! -e "$whole" ] || sealift receive "tank/$dataset" <"$whole"
    done
    for token in "$data/$dataset"-*.token; do
        sealift send -t "$(cat "$token")" | cmp - "${token%.token}.zfs"
        echo "resumed: $(basename "$token" .token)"
    done
    rm -rf "$work/vault"
done
