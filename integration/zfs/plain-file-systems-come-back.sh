#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Chains of unencrypted file systems go into a vault and come back: sent -w, -Lec and without flags.
# shellcheck source=integration/zfs/common.bash
. /shared/common.bash

pools
zfs create -o recordsize=4k tank/small
zfs create tank/middle
zfs create -o recordsize=1M -o dnodesize=auto -o compression=zstd tank/large
chain tank/small tank/middle tank/large
# What a plain stream does not carry is chosen anew: contents must agree, bytes need not.
export may_differ=yes
for ds in small middle large; do
    for flags in -w '-L -e -c' ''; do
        # shellcheck disable=SC2086
        comes_back tank/$ds $flags
        cleared tank/$ds
    done
done
scrubbed back
