#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Someone who may read a vault's files and write none of them can send from it, and leaves no
# trace in it.
set -euo pipefail

data=$(cd "$(dirname "$0")/../tests/data/streams/2.1.11" && pwd)
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
"$SEALIFT" init tank --dir "$work/vault"
"$SEALIFT" --vault "$work/vault" receive tank/enc-vol-16k <"$data/enc-vol-16k/s1.zfs"

cp "$SEALIFT" "$work/sealift"
chmod a+rx "$work" "$work/sealift"
chmod -R a+rX,a-w "$work/vault"
contents() { find "$work/vault" -type f -exec sha256sum {} + | sort; }
contents >"$work/before"
nobody=()
[ "$(id -u)" != 0 ] || nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
"${nobody[@]}" "$work/sealift" --vault "$work/vault" send -w tank/enc-vol-16k@s1 |
    cmp - "$data/enc-vol-16k/s1.zfs" || { echo "FAILED: not what ZFS sends" >&2; exit 1; }
contents | diff "$work/before" - || { echo "FAILED: the vault was written to" >&2; exit 1; }
