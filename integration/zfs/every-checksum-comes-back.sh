#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Data sets with checksums other than Fletcher-4, also those salted by the pool, come back.
# shellcheck source=integration/zfs/common.bash
. /shared/common.bash

pools
made=()
for sum in sha512 skein edonr blake3; do
    # shellcheck disable=SC2086
    zfs create -o checksum=$sum -o encryption=aes-256-gcm $with_raw tank/$sum 2>/dev/null && made+=("tank/$sum")
    zfs create -o checksum=$sum tank/plain-$sum 2>/dev/null && made+=("tank/plain-$sum")
done
chain "${made[@]}"
for ds in "${made[@]}"; do
    export may_differ=; [[ $ds != *plain* ]] || may_differ=yes
    into_vault "$ds" -w
    fulls_come_back "$ds" -w
    increments_come_back "$ds" '1 2 3 4 5' -w
done
scrubbed back
