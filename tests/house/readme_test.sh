#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# readme_test.sh SEALIFT: the README's transcript is what really happens, the other machines apart.
set -euo pipefail

tree=$(cd "$(dirname "$0")/../.." && pwd)
streams=$tree/tests/data/streams/2.3.9/enc-128k
PATH=$(dirname "$1"):$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/home"
echo 'correct horse battery' >"$work/home/notes"
cp "$work/home/notes" "$work/k"

# What the machines with ZFS would do
ssh() {
    case "$*" in
        "prod zfs send -w tank/enc@s1") cat "$streams/s1.zfs" ;;
        "prod zfs send -w -i @s1 tank/enc@s2") cat "$streams/s1-s2.zfs" ;;
        *" zfs receive tank/enc" | *" zfs receive tank/home") sealift stream verify -q ;;
        *) echo "readme_test.sh does not know: ssh $*" >&2; return 1 ;;
    esac
}

here() {    # here COMMAND: with the files of this test
    sed "s|/srv/dr|$work/dr|g; s|/root/k|$work/k|; s|put -q /home |put -q $work/home |" <<<"$1"
}

sed -n '/^```console$/,/^```$/{/^```/d; p}' "$tree/README.md" >"$work/shown"
while read -r line; do
    echo "$line"
    case $line in '$ '*) eval "$(here "${line#??}")" ;; esac
done < <(grep '^\$ ' "$work/shown") >"$work/happened"
diff "$work/shown" "$work/happened"

# And what the demo shows is among its lines, in their order.
sed -n '/^```sh-session$/,/^```$/{/^```/d; p}' "$tree/README.md" >"$work/shown-of-demo"
SEALIFT=$1 "$tree/scripts/demo" >"$work/demo" 2>&1 || { cat "$work/demo" >&2; exit 1; }
diff "$work/shown-of-demo" "$work/demo" >"$work/differences" || true
if grep '^<' "$work/differences"; then
    echo "readme_test.sh: the demo does not show this" >&2
    exit 1
fi
echo "$(grep -c '^\$ ' "$work/shown") commands print what the README says"
