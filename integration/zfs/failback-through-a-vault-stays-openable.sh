#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whatever the order of key changes, sends and swapped roles between two pools with a vault in the
# middle: every dataset on both sides opens with its own side's keys, and every file is there.
# shellcheck source=integration/zfs/common.bash
. /shared/common.bash
# shellcheck disable=SC2034 # what follows reads it
mode=vault
# shellcheck source=integration/zfs/failback-orders.bash
. /shared/failback-orders.bash
# shellcheck disable=SC2154 # set there
[ "$losses" = 0 ] || fail "lost in $losses orders"
scrubbed tank
scrubbed back
