#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Raw chains of all six encryption suites go into a vault and come back.
# shellcheck source=integration/zfs/common.bash
. /shared/common.bash

pools
suites=(aes-{128,192,256}-{ccm,gcm})
for suite in "${suites[@]}"; do
    # shellcheck disable=SC2086
    zfs create -o encryption="$suite" $with_raw "tank/$suite"
done
chain "${suites[@]/#/tank/}"
for suite in "${suites[@]}"; do
    into_vault "tank/$suite" -w
    fulls_come_back "tank/$suite" -w
    increments_come_back "tank/$suite" '1 2 3 4 5' -w
done
scrubbed back
