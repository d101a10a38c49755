#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A tree that goes from vault to vault dataset by dataset arrives with its encryption roots as they
# were. What is not shown to open with its root's key becomes a root of its own; what has nothing to
# tell, or is told not to, is byte for byte what ZFS sends.
set -euo pipefail

data=$(cd "$(dirname "$0")/../tests/data/streams/2.1.11" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
one() { "$SEALIFT" --vault "$work/one" "$@"; }
two() { "$SEALIFT" --vault "$work/two" "$@"; }
fail() { echo "FAILED: $*" >&2; exit 1; }
roots() { "$1" list -r -H -o name,encryptionroot -t filesystem,volume "$2"; }
"$SEALIFT" init tank --dir "$work/one"
"$SEALIFT" init tank --dir "$work/two"

one receive tank/t <"$data/packages/t-R-s1.zfs"
roots one tank/t >"$work/roots"
grep -q "tank/t/.*	tank/t$" "$work/roots" || fail "nothing in the package inherits a key"
while read -r name root; do
    one send -w "$name@s1" >"$work/stream" 2>"$work/warnings" || one send -Lec "$name@s1" >"$work/stream"
    told=$("$SEALIFT" stream dump -v "$work/stream" | grep -c 'sealift:lineage = ' || true)
    wanted=0
    [ "$root" = "$name" ] || [ "$root" = - ] || wanted=1
    [ "$told" = $wanted ] || fail "$name, whose root is $root, tells of its lineage $told times"
    two receive -o encryption=off "$name" <"$work/stream" 2>/dev/null || two receive "$name" <"$work/stream"
done <"$work/roots"
roots two tank/t | diff "$work/roots" - || fail "other encryption roots"

# Without the root there, or without the pair, each is a root itself.
child=$(awk '$1 != $2 && $2 == "tank/t" { print $1; exit }' "$work/roots")
two destroy -r "$child"
one send -w "$child@s1" | two receive tank/alone 2>"$work/warnings"
[ "$(two get -H -o value encryptionroot tank/alone)" = tank/alone ] || fail "a root that is not above it"
grep -q 'encryption root of its own here' "$work/warnings" || fail "no warning"
one send -w --no-lineage "$child@s1" >"$work/stream"
two receive "$child" <"$work/stream"
[ "$(two get -H -o value encryptionroot "$child")" = "$child" ] || fail "a root that nothing told of"
"$SEALIFT" stream dump -v "$work/stream" | grep -q 'sealift:lineage' && fail "--no-lineage tells"

# A dataset that came alone has nothing to tell.
one receive tank/enc <"$data/enc/s1.zfs"
one send -w tank/enc@s1 | cmp - "$data/enc/s1.zfs" || fail "not what ZFS sent"
