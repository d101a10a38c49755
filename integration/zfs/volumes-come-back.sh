#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Raw chains of volumes, encrypted and not, of several block sizes go into a vault and come back.
# shellcheck source=integration/zfs/common.bash
. /shared/common.bash

pools
# shellcheck disable=SC2086
{
    zfs create -V 64M -o volblocksize=4k -o encryption=aes-256-gcm $with_raw tank/v4
    zfs create -V 64M -o volblocksize=16k -o encryption=aes-256-gcm $with_raw tank/v16
    zfs create -V 1G -o volblocksize=64k -o encryption=aes-256-gcm $with_pass -o compression=zstd tank/v64
    zfs create -V 64M -o volblocksize=8k tank/plain8
}
udevadm settle
chain tank/v4 tank/v16 tank/v64 tank/plain8
for ds in v4 v16 v64 plain8; do comes_back tank/$ds -w; done
scrubbed back
