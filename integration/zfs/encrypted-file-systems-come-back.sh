#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Raw chains of encrypted file systems with records of 4K, 128K and 1M go into a vault without a
# key; every full and increment comes back, and ZFS opens, reads and scrubs what it received.
# shellcheck source=integration/zfs/common.bash
. /shared/common.bash

pools
# shellcheck disable=SC2086
{
    zfs create -o encryption=aes-256-gcm $with_raw -o recordsize=4k tank/small
    zfs create -o encryption=aes-256-gcm $with_pass tank/middle
    zfs create -o encryption=aes-256-gcm $with_raw -o recordsize=1M -o dnodesize=auto -o xattr=on -o compression=zstd tank/large
}
chain tank/small tank/middle tank/large
for ds in small middle large; do comes_back tank/$ds -w; done
scrubbed back
