#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same orders of key changes, sends and swapped roles, from real ZFS to real ZFS and nothing
# between: which of them leave a dataset that nobody can open. What the two other claims are for.
# shellcheck source=integration/zfs/common.bash
. /shared/common.bash
# shellcheck disable=SC2034 # what follows reads it
mode=plain
# shellcheck source=integration/zfs/failback-orders.bash
. /shared/failback-orders.bash
# shellcheck disable=SC2154 # set there
[ "$losses" -ge 5 ] || fail "hardly anything was lost: these orders show nothing"
