#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A mounted snapshot shows each file as it was, whoever made it: what was put here, and what ZFS
# sent. It stays while the snapshot is destroyed under it; what is damaged is an error, and never
# other bytes; nothing in it can be changed; and nothing is left of it when it is unmounted.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
data=$here/../tests/data/streams
work=$(mktemp -d)
view=$work/view source=$work/source
fail() { echo "FAILED: $*" >&2; exit 1; }
sealift() { "$SEALIFT" --vault "$work/vault" "$@"; }
is_mounted() { grep -q " $view fuse.sealift " /proc/mounts; }
acls() { (cd "$1" && find . ! -type l -print0 | sort -z | xargs -0 getfacl -n); }
unmount() { is_mounted && fusermount3 -u "$view"; }
trap 'unmount || true; rm -rf "$work"' EXIT
mkdir "$view" "$source"

skip() {
    local text="NO FUSE: $1: nothing was mounted"
    printf '\n%s\n%s\n%s\n' "${text//?/*}" "$text" "${text//?/*}" >&2
    if [ -n "${SEALIFT_SKIPPED-}" ]; then
        mkdir -p "$SEALIFT_SKIPPED"
        echo "mounting was not tried: $1" >"$SEALIFT_SKIPPED/fuse"
    fi
    exit 77
}
[ -c /dev/fuse ] && [ -r /dev/fuse ] && [ -w /dev/fuse ] || skip "/dev/fuse cannot be used"
command -v fusermount3 >/dev/null || skip "there is no fusermount3"

# -- A tree with all that a tree can have ------------------------------------------------------
long=$(printf 'x%.0s' {1..255})
mkdir -p "$source/deep/$long" "$source/many" "$source/empty"
echo hello >"$source/deep/$long/$long"
printf 'no newline' >"$source/"$'odd\nname \xff'
ln "$source/deep/$long/$long" "$source/second-name"
ln -s "deep/$long" "$source/link"
ln -s /nowhere/at/all "$source/dangling"
mkfifo "$source/fifo"
for ((i = 0; i < 3000; i++)); do : >"$source/many/file-$i"; done
head -c 8M /dev/urandom >"$source/large"
for ((i = 0; i < 20; i++)); do      # data here and there in a hole
    head -c $((RANDOM * 4)) /dev/urandom |
        dd of="$source/sparse" bs=64K seek=$((RANDOM * 600)) conv=notrunc status=none \
            oflag=seek_bytes
done
truncate -s $((RANDOM + 20000000)) "$source/sparse"
touch -d '1969-07-20 20:17:40.123456789' "$source/large"
chmod 6751 "$source/second-name"
setfattr -n user.note -v 'a value' "$source/large" || skip "no extended attributes in $work"
setfattr -n user.big -v "$(head -c 3000 /dev/urandom | base64 -w0)" "$source/many"
setfacl -m u:1234:rwx,g:4321:r-x "$source/large"
setfacl -d -m u:1234:rwx "$source/deep"
if [ "$(id -u)" = 0 ]; then
    mknod "$source/device" c 1 3
    mknod "$source/disk" b 259 70000
    chown 1234:4321 "$source/empty" "$source/sparse"
fi

"$SEALIFT" init tank --dir "$work/vault"
head -c 32 /dev/urandom >"$work/key"
sealift create -o encryption=on -o keyformat=raw -o "keylocation=file://$work/key" tank/sealed
sealift create -o recordsize=16k -o compression=zstd tank/plain
for dataset in tank/sealed tank/plain; do
    sealift put -q "$source" $dataset
    sealift snapshot $dataset@s
    sealift mount $dataset@s "$view" 2>"$work/why" ||
        { grep -q 'cannot mount on' "$work/why" && skip "$(head -1 "$work/why")"; cat "$work/why"; false; }
    is_mounted || fail "it is not in the table of mounts"
    diff -r --no-dereference --exclude device --exclude disk --exclude fifo "$source" "$view"
    python3 "$here/streams/same_tree.py" "$source" "$view"
    cmp <(acls "$source") <(acls "$view")
    python3 "$here/streams/random_reads.py" $RANDOM 2000 "$source/sparse" "$view/sparse"
    cp --sparse=always "$view/sparse" "$work/copy"
    cmp "$source/sparse" "$work/copy"
    [ "$(stat -f -c %a "$view")" = 0 ] || fail "there is room to write: $(stat -f "$view")"

    if (echo more >>"$view/large") 2>/dev/null; then fail "a file was written to"; fi
    if rm -f "$view/large" 2>/dev/null; then fail "a file was removed"; fi
    if sealift mount -o rw $dataset@s "$view" 2>/dev/null; then
        if touch "$view/new" 2>/dev/null; then fail "-o rw makes it writable"; fi
        fusermount3 -u "$view"
    fi
    unmount
    ! is_mounted || fail "it is still mounted"
done

# -- A part of it; in the foreground, until a signal -------------------------------------------
"$SEALIFT" --vault "$work/vault" mount -f tank/plain@s:/deep "$view" &
server=$!
for ((i = 0; i < 300; i++)); do is_mounted && break; sleep 0.1; done
diff -r "$source/deep" "$view"
kill -TERM $server
wait $server || fail "ended by a signal, it exits with $?"
! is_mounted || fail "it is still mounted when the server has ended"
if sealift mount tank/plain@s:/large "$view" 2>/dev/null; then fail "a file was mounted"; fi
if sealift mount -o no-such-option tank/plain@s "$view" 2>/dev/null; then fail "any option is taken"; fi
if sealift mount -L "file:///dev/null" tank/sealed@s "$view" 2>/dev/null; then fail "no key is needed"; fi

# -- The snapshot goes away under it -----------------------------------------------------------
sealift mount tank/plain@s "$view"
sealift destroy -r tank/plain
for ((i = 0; i < 4; i++)); do   # space that was free is taken again
    sealift create tank/other$i
    sealift put -q "$source/many" tank/other$i
done
diff -r --no-dereference --exclude device --exclude disk --exclude fifo "$source" "$view"
unmount

# -- A damaged block ---------------------------------------------------------------------------
sealift create -o recordsize=128k -o compression=off tank/damaged
mkdir "$work/one"
cp "$source/large" "$work/one/file"
sealift put -q "$work/one" tank/damaged
sealift snapshot tank/damaged@s
python3 - "$work/vault/segments" "$work/one/file" <<'PYTHON' || fail "the block is not found"
import pathlib, sys
block = pathlib.Path(sys.argv[2]).read_bytes()[3 * 131072 + 1000:][:64]
for path in pathlib.Path(sys.argv[1]).iterdir():
    stored = bytearray(path.read_bytes())
    at = stored.find(block)
    if at >= 0:
        with open(path, "r+b") as file:
            file.seek(at)
            file.write(bytes([block[0] ^ 1]))
        sys.exit()
sys.exit(1)
PYTHON
"$SEALIFT" --vault "$work/vault" mount -f tank/damaged@s "$view" 2>"$work/said" &
server=$!
for ((i = 0; i < 300; i++)); do is_mounted && break; sleep 0.1; done
python3 - "$work/one/file" "$view/file" <<'PYTHON' || fail "see above"
import errno, os, sys
source, copy = open(sys.argv[1], "rb").read(), os.open(sys.argv[2], os.O_RDONLY)
failed = []
for block in range(len(source) // 131072):
    try:
        got = os.pread(copy, 131072, block * 131072)
    except OSError as error:
        failed.append((block, errno.errorcode[error.errno]))
        continue
    if got != source[block * 131072:][:len(got)] or not got:
        sys.exit(f"other bytes in block {block}")
if failed != [(3, "EIO")]:
    sys.exit(f"errors: {failed}")
PYTHON
unmount
wait $server
grep -q 'object [0-9]*, block 3: segment' "$work/said" || fail "the fault is not told: $(cat "$work/said")"

# -- What ZFS made -----------------------------------------------------------------------------
mounted=0
for first in "$data"/*/*/s1.zfs; do
    manifest=${first%.zfs}.manifest.json.zst chain=${first#"$data"/}
    [ -e "$manifest" ] || continue
    [ "$(zstd -dc "$manifest" | grep -c '"volume"')" = 0 ] || continue
    key=$(awk -F'\t' -v file="$chain" '$1 == file { print $5 }' "$data/index.tsv")
    options=()
    [ "$key" = - ] || options=(-L "file://$(realpath "$data/keys/$key")")
    sealift receive tank/d <"$first"
    sealift mount "${options[@]}" tank/d@s1 "$view"
    python3 "$here/streams/restored.py" "$manifest" "$view" /dev/null || fail "$chain: other files"
    unmount
    sealift destroy -r tank/d
    mounted=$((mounted + 1))
done
[ $mounted -ge 8 ] || fail "only $mounted snapshots of ZFS were mounted"
echo "$mounted snapshots of ZFS are what ZFS had"
