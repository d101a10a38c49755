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
export may_differ=yes fulls='2 5'
returns() {     # returns DATASET FLAG...
    into_vault "$@"
    fulls_come_back "$@"
    increments_come_back "$1" '1 2 3 4 5' "${@:2}"
    increments_come_back "$1" '1 3 5' "${@:2}"
    cleared "$1"
}
returns tank/small -w
returns tank/small
returns tank/middle -L -e -c
returns tank/large -w
returns tank/large -L -e -c
returns tank/large
scrubbed back
