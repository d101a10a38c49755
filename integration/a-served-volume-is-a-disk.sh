#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A volume that is served is the image that was put, or what ZFS sent, to the programs that use such
# disks. What they write is forgotten, or becomes the head, whichever was asked for; a server that is
# killed leaves the head as it was, and no key is where nbdkit has it.
set -euo pipefail

data=$(cd "$(dirname "$0")/../tests/data/streams" && pwd)
work=$(mktemp -d)
image=$work/image socket=$work/socket
fail() { echo "FAILED: $*" >&2; exit 1; }
sealift() { "$SEALIFT" --vault "$work/vault" "$@"; }
start() {       # start OPTION...: a server at $socket, which is there when this returns
    rm -f "$work/uri"
    "$SEALIFT" --vault "$work/vault" nbd -U "$socket" "$@" >"$work/uri" 2>"$work/said" &
    server=$!
    for ((i = 0; i < 300; i++)); do
        [ ! -s "$work/uri" ] || return 0
        kill -0 $server 2>/dev/null || fail "no server: $(cat "$work/said")"
        sleep 0.1
    done
    fail "no server: $(cat "$work/said")"
}
nbdkit_of() { cat "/proc/$1/task/"*/children | awk '{ print $1; exit }'; }
stop() { kill "-${1-TERM}" $server; wait $server; }
trap 'kill $server 2>/dev/null || true; rm -rf "$work"' EXIT
server=
head_is() {     # head_is FILE: what the volume tank/disk holds now
    cmp "$1" <(sealift cat tank/disk) || fail "$2"
}
export TMPDIR=$work

"$SEALIFT" init tank --dir "$work/vault"
head -c 32 /dev/urandom >"$work/key"
sealift create -o encryption=on -o keyformat=raw -o "keylocation=file://$work/key" tank/sealed

# An image with data here and there
truncate -s 48M "$image"
for ((i = 0; i < 12; i++)); do
    head -c $((RANDOM * 20)) /dev/urandom |
        dd of="$image" bs=64K seek=$((RANDOM % 700 * 65536)) oflag=seek_bytes conv=notrunc status=none
done
sealift create -V 48M -o volblocksize=16k tank/sealed/disk
sealift put -q "$image" tank/sealed/disk
sealift snapshot tank/sealed/disk@s
sealift rename tank/sealed/disk tank/sealed/vm

# -- Read-only ---------------------------------------------------------------------------------
start tank/sealed/vm@s
uri=$(cat "$work/uri")
[ "$(nbdinfo --size "$uri")" = $((48 << 20)) ] || fail "another size"
nbdinfo --is readonly "$uri" || fail "a snapshot can be written to"
nbdinfo --can multi-conn "$uri" || fail "not for several clients"
nbdinfo "$uri" | grep -q 'block_size_preferred: 16384' || fail "another block size: $(nbdinfo "$uri")"
nbdcopy --connections=4 "$uri" "$work/copy"
cmp "$image" "$work/copy"
qemu-img compare -f raw -F raw "$image" "$uri"
nbdcopy --no-extents "$uri" - | cmp "$image"
# What nbdkit says is a hole is zeros, and some is
nbdinfo --map "$uri" | awk '$3 != 0 { print $1, $2 }' >"$work/holes"
[ -s "$work/holes" ] || fail "no holes are told"
python3 - "$image" "$work/holes" <<'PYTHON' || fail "a hole is told where data are"
import sys
image = open(sys.argv[1], "rb").read()
for line in open(sys.argv[2]):
    offset, length = map(int, line.split())
    if image.count(0, offset, offset + length) != length:
        sys.exit(f"at {offset}, {length} long")
PYTHON
if qemu-io -f raw -c 'write 0 4k' "$uri" 2>/dev/null; then fail "a snapshot was written to"; fi

# What nbdkit was given
nbdkit=$(nbdkit_of $server)
if tr '\0' '\n' <"/proc/$nbdkit/cmdline" | grep -F "$work/key"; then fail "the key's place"; fi
python3 - "$work/key" "/proc/$nbdkit" <<'PYTHON' || fail "nbdkit has the key"
import sys
key = open(sys.argv[1], "rb").read()
for name in ("cmdline", "environ"):
    given = open(f"{sys.argv[2]}/{name}", "rb").read()
    if key in given or key.hex().encode() in given:
        sys.exit(1)
PYTHON
case $(stat -c %A "$socket") in s?w??-??-?) ;; *) fail "others can connect: $(stat "$socket")";; esac

# It stays while the snapshot is destroyed
sealift destroy tank/sealed/vm@s
nbdcopy --no-extents "$uri" - | cmp "$image"
stop || fail "a reader ends with $?"
[ ! -e "$socket" ] || fail "the socket is left"

# -- Written to, and forgotten ------------------------------------------------------------------
sealift nbd --discard --run '
    qemu-io -f raw -c "write -P 0x5a 100k 300k" -c "read -P 0x5a 100k 300k" "$uri" >/dev/null &&
    qemu-io -f raw -c "read -P 0x5a 399k 1k" "$uri" >/dev/null' tank/sealed/vm
cmp "$image" <(sealift cat tank/sealed/vm)

# -- Written to, and committed -------------------------------------------------------------------
sealift create -V 48M tank/disk
sealift nbd -q --commit --run "nbdcopy '$image' \"\$uri\"" tank/disk    # into one that holds nothing
head_is "$image" "what nbdcopy wrote is not the head"
sealift snapshot tank/disk@first

cp --sparse=always "$image" "$work/expected"
changes=(-c "write -P 1 0 512" -c "write -P 2 16000 1000" -c "write -P 3 20M 3M" -c "write -z 1000 70000"
    -c "discard 30M 1M" -c "write -P 4 50331136 512" -c "write -P 0 10M 64k" -c flush)
start --commit tank/disk
qemu-io -f raw -d unmap "${changes[@]}" "$(cat "$work/uri")" >/dev/null
qemu-io -f raw -d unmap "${changes[@]}" "$work/expected" >/dev/null
nbdcopy --no-extents "$(cat "$work/uri")" - | cmp "$work/expected"
head_is "$image" "it is written to before the end"
stop || fail "a commit ends with $?: $(cat "$work/said")"
head_is "$work/expected" "what was written is not the head"
cmp "$image" <(sealift cat tank/disk@first) || fail "the snapshot was changed"
sealift nbd --commit --run true tank/disk 2>&1 | grep -q ': 0B of new blocks' || fail "nothing is much"

# -- By several clients at once, in parts of blocks ----------------------------------------------
start --commit tank/disk
python3 - "$work/expected" "$(cat "$work/uri")" <<'PYTHON' || fail "see above"
import random, subprocess, sys
size = 48 << 20
def write(client, seed):
    """Every fourth KiB is each client's own, so they write beside each other in one block."""
    chance, commands = random.Random(seed), []
    for _ in range(150):
        at = chance.randrange(size // 4096) * 4096 + client * 1024
        commands += ["-c", f"write -P {chance.randrange(1, 256)} {at} 1k"]
    return commands
def run(target, client):
    return subprocess.Popen(["qemu-io", "-f", "raw", *write(client, client), target],
                            stdout=subprocess.DEVNULL)
running = [run(sys.argv[2], client) for client in range(4)]
if any([each.wait() for each in running]):
    sys.exit("a client failed")
for client in range(4):
    run(sys.argv[1], client).wait()
PYTHON
stop INT || fail "interrupted, a commit ends with $?"
head_is "$work/expected" "clients wrote over each other"

# -- What is killed leaves the head as it was ------------------------------------------------------
for signal in KILL HUP QUIT; do
    start --commit tank/disk
    nbdkit=$(nbdkit_of $server)
    qemu-io -f raw -c "write -P 9 0 4M" "$(cat "$work/uri")" >/dev/null
    stop $signal && fail "SIG$signal is a clean end"
    for ((i = 0; i < 300; i++)); do [ -e "/proc/$nbdkit/root" ] || break; sleep 0.1; done
    head_is "$work/expected" "a server that was ended by SIG$signal has committed"
done
start --commit tank/disk        # with the socket that the killed one left
qemu-io -f raw -c "write -P 9 0 4M" "$(cat "$work/uri")" >/dev/null
kill -KILL "$(nbdkit_of $server)"
wait $server && fail "without nbdkit it ends well"
head_is "$work/expected" "it has committed though nbdkit was killed"
if sealift nbd --commit --run 'qemu-io -f raw -c "write -P 9 0 4M" "$uri" >/dev/null; false' \
    tank/disk 2>/dev/null; then
    fail "a command that fails is a success"
fi
head_is "$work/expected" "it has committed though the command failed"
start --commit tank/disk
qemu-io -f raw -c "write -P 9 0 4M" "$(cat "$work/uri")" >/dev/null
sealift put -q -F "$image" tank/disk
stop && fail "it commits over what others put"
grep -q 'changed' "$work/said" || fail "why not is not said: $(cat "$work/said")"
head_is "$image" "it has committed over what others put"
[ -z "$(find "$work" -maxdepth 1 -name 'sealift-*')" ] || fail "something is left in $work"

# -- What cannot be ------------------------------------------------------------------------------
sealift create tank/files
for wrong in "tank/none" "tank/files" "tank/disk@none" "--commit tank/disk@first" \
    "--commit --discard tank/disk" "--commit tank/files" "-L file:///dev/null tank/sealed/vm"; do
    # shellcheck disable=SC2086
    if sealift nbd --run true $wrong 2>/dev/null; then fail "nbd $wrong is served"; fi
done
if sealift nbd tank/disk 2>/dev/null; then fail "it is served nowhere"; fi

# -- What ZFS made; what is committed to it, it takes back -----------------------------------------
sealift receive tank/zfs <"$data/2.1.11/enc-vol-16k/s1.zfs"
key="file://$data/keys/raw"
sealift nbd -L "$key" --run "nbdcopy \"\$uri\" '$work/zfs'" tank/zfs@s1
cmp "$work/zfs" <(sealift cat -L "$key" tank/zfs@s1)
qemu-io -f raw -c "write -P 7 5000 100000" "$work/zfs" >/dev/null
sealift nbd -q -L "$key" --commit --run 'qemu-io -f raw -c "write -P 7 5000 100000" "$uri" >/dev/null' \
    tank/zfs
sealift snapshot tank/zfs@here
cmp "$work/zfs" <(sealift cat -L "$key" tank/zfs@here)
sealift verify -L "$key" tank/zfs | grep -c ': proven' | grep -qx 2 || fail "not proven"
sealift send -w -i @s1 tank/zfs@here | sealift stream verify -q
