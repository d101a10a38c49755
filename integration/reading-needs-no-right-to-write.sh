#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Someone who may read a vault's files and write none of them can do with it all that changes
# nothing: list, send, prove, restore, serve and mount; and leaves no trace in it.
set -euo pipefail

data=$(cd "$(dirname "$0")/../tests/data/streams" && pwd)
chain=$data/2.1.11/enc-vol-16k
work=$(mktemp -d)
server=
mounted() { grep -q " $work/own/view fuse.sealift " /proc/mounts; }
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    ! mounted || fusermount3 -u "$work/own/view"
    chmod -R u+w "$work"
    rm -rf "$work"
}
trap cleanup EXIT
fail() { echo "FAILED: $*" >&2; exit 1; }
"$SEALIFT" init tank --dir "$work/vault"
"$SEALIFT" --vault "$work/vault" receive tank/enc-vol-16k <"$chain/s1.zfs"
cp "$data/keys/raw" "$work/key"
"$SEALIFT" --vault "$work/vault" create -o encryption=on -o keyformat=raw \
    -o "keylocation=file://$work/key" tank/fs
mkdir "$work/tree" "$work/own"
echo hello >"$work/tree/file"
"$SEALIFT" --vault "$work/vault" put -q "$work/tree" tank/fs
"$SEALIFT" --vault "$work/vault" snapshot tank/fs@s

# The program where they may run it, and a folder of their own
cp "$SEALIFT" "$(dirname "$SEALIFT")/nbdkit-sealift-plugin.so" "$work"
chmod a+rx "$work" "$work/sealift"
chmod a+r "$work/key"
chmod -R a+rX,a-w "$work/vault"
nobody=(env "TMPDIR=$work/own")
if [ "$(id -u)" = 0 ]; then
    nobody+=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    chown -R 65534:65534 "$work/own"
fi
sealift() { "${nobody[@]}" "$work/sealift" --vault "$work/vault" "$@"; }
contents() { find "$work/vault" -type f -exec sha256sum {} + | sort; }
contents >"$work/before"

[ "$(sealift list -H -r -o name tank | wc -l)" = 3 ] || fail "list"
sealift send -w tank/enc-vol-16k@s1 | cmp - "$chain/s1.zfs" || fail "not what ZFS sends"
[ "$(sealift verify -j tank/fs@s | grep -c '"verdict":"proven"')" = 1 ] || fail "verify"
[ "$(sealift list -H -o proof tank/fs@s)" != proven ] || fail "recorded where it may not be"
sealift restore -q tank/fs@s "$work/own/tree"
diff -r "$work/tree" "$work/own/tree" || fail "restore"

"${nobody[@]}" "$work/sealift" --vault "$work/vault" nbd -U "$work/own/socket" \
    -L "file://$work/key" tank/enc-vol-16k@s1 >"$work/uri" 2>"$work/said" &
server=$!
for ((i = 0; i < 300; i++)); do [ ! -s "$work/uri" ] || break; sleep 0.1; done
nbdcopy "$(cat "$work/uri")" - | cmp - <(sealift cat -L "file://$work/key" tank/enc-vol-16k@s1) || fail "nbd"
kill "$server"; wait "$server" || true; server=

if [ -w /dev/fuse ] && command -v fusermount3 >/dev/null; then
    "${nobody[@]}" mkdir "$work/own/view"
    sealift mount tank/fs@s "$work/own/view"
    [ "$("${nobody[@]}" cat "$work/own/view/file")" = hello ] || fail "mount"
    "${nobody[@]}" fusermount3 -u "$work/own/view"
fi
contents | diff "$work/before" - || fail "the vault was written to"
