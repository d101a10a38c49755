#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs in a lab VM: makes a set of reference send streams from real OpenZFS.
#   integration/lab/run SUITE -t 900 -s DIR integration/streams/reference.sh
#                                                  -> DIR/reference/<zfs version>/
# STREAMS.tsv there names each stream and the command that made it; next to a
# stream X.zfs is X.dump.txt (zstream dump -v). *.manifest.json say what a
# snapshot's files held (sha256, sizes, xattrs, ...); keys/ has every key.
# At the end the streams are received and compared with what was sent.
set -euo pipefail

ver=$(zfs version | sed -n '1s/^zfs-\([0-9.]*\).*/\1/p')
out=/shared/reference/$ver
rm -rf "$out"; mkdir -p "$out/keys"
step() { echo "[$(cut -d. -f1 /proc/uptime)s] $*"; }

# --- keys ------------------------------------------------------------------
printf 'correct horse battery' >/shared/pass
cp /shared/pass "$out/keys/pass"
printf 'a second passphrase' >"$out/keys/pass2"
python3 -c 'import sys; sys.stdout.buffer.write(bytes((i * 7 + 3) & 255 for i in range(32)))' >"$out/keys/raw"
xxd -p -c 64 "$out/keys/raw" | tr -d '\n' >"$out/keys/hex"

# --- helpers ---------------------------------------------------------------
cat >/tmp/fill.py <<'PY'
"""fill.py PHASE DIR [MIB]: phase 's1' writes the first state, 's2' changes it;
large.bin has MIB (0 to 5, default 5) MiB, one of them random."""
import os, random, sys
phase, d = sys.argv[1:3]
mib = int((sys.argv + [5])[3])
os.chdir(d)
def rnd(tag, n): return random.Random(tag).randbytes(n)
def text(tag, n):
    r, words = random.Random(tag), 'alpha beta gamma delta epsilon zeta eta theta'.split()
    s = ''
    while len(s) < n: s += (' '.join(r.choice(words) for _ in range(100)) + '\n') * 8
    return s[:n].encode()
def put(path, data):
    with open(path, 'wb') as f: f.write(data)
def patch(path, off, data):
    with open(path, 'r+b') as f: f.seek(off); f.write(data)
if phase == 's1':
    put('empty', b'')
    put('small.txt', b'hello, encrypted world\n')
    put('exact-512', rnd('e', 512)); put('exact-128k', rnd('f', 131072)); put('odd', rnd('g', 131073))
    put('large.bin', (rnd('l', 1 << 20) + text('l', 4 << 20))[:mib << 20])
    with open('sparse', 'wb') as f:                                     # 40 MiB, mostly holes
        f.write(b'start'); f.seek(10 << 20); f.write(rnd('s', 5000)); f.truncate(40 << 20)
    os.mkdir('many')
    for i in range(300): put('many/f%03d' % i, text(i, 1 + i * 7))
    for a in range(3):
        for b in range(3):
            os.makedirs('tree/d%d/d%d/deep' % (a, b)); put('tree/d%d/d%d/deep/leaf' % (a, b), text((a, b).__repr__(), 900))
    put('tree/to-truncate', rnd('t', 300000)); put('tree/to-delete', rnd('d', 200000)); put('tree/to-rename', b'rename me')
    os.symlink('small.txt', 'symlink'); os.symlink('x' * 300, 'longlink'); os.link('small.txt', 'hardlink')
    put('modes', b'modes'); os.chmod('modes', 0o4751); os.chown('modes', 1234, 4321)
    os.mkfifo('fifo')
    put('na\u00efve \u540d\u524d.txt', b'unicode name')
    put('xattr-small', b'x'); os.setxattr('xattr-small', 'user.note', b'a small value')
    put('xattr-large', b'X'); os.setxattr('xattr-large', 'user.big', rnd('x', 3000)); os.setxattr('xattr-large', 'user.two', b'2')
else:
    patch('large.bin', 1234567, rnd('l2', 150000))                      # overwrite
    patch('small.txt', 0, b'HELLO')
    os.truncate('tree/to-truncate', 70000)
    os.truncate('exact-128k', 200000)                                   # grow
    os.unlink('tree/to-delete'); os.rename('tree/to-rename', 'tree/d0/renamed')
    for i in range(0, 300, 3): os.unlink('many/f%03d' % i)
    for i in range(50): put('many/new%02d' % i, text(i, 333))           # reuses objects
    put('new.bin', rnd('n', 400000)); os.makedirs('tree/new/dir'); put('tree/new/dir/leaf', b'new leaf')
    patch('sparse', 20 << 20, rnd('s2', 9000))
    os.setxattr('xattr-small', 'user.note', b'changed'); os.removexattr('xattr-large', 'user.two')
    os.chmod('modes', 0o640)
PY
cat >/tmp/mini.py <<'PY'
"""mini.py PHASE DIR: the same for a data set of a few hundred KiB."""
import os, random, sys
phase, d = sys.argv[1:3]
os.chdir(d)
def rnd(tag, n): return random.Random(tag).randbytes(n)
def put(path, data):
    with open(path, 'wb') as f: f.write(data)
if phase == 's1':
    put('a.txt', b'tiny\n'); put('b.bin', rnd('b', 200000)); put('zeros+text', b'abc ' * 50000)
    os.mkdir('d'); put('d/c', rnd('c', 3000)); os.symlink('a.txt', 'l')
else:
    put('a.txt', b'changed\n'); os.truncate('b.bin', 150000); os.unlink('d/c'); put('d/e', rnd('e', 40000))
PY
cat >/tmp/manifest.py <<'PY'
import hashlib, json, os, stat, sys
top, res = sys.argv[1], {}
def one(path):
    st = os.lstat(path); m = stat.S_IFMT(st.st_mode)
    # the top of a mounted snapshot has a made-up inode number
    e = dict(ino=0 if path == top else st.st_ino, mode=oct(st.st_mode), nlink=st.st_nlink, uid=st.st_uid, gid=st.st_gid, mtime_ns=st.st_mtime_ns)
    if m == stat.S_IFREG:
        e['size'] = st.st_size
        e['sha256'] = hashlib.sha256(open(path, 'rb').read()).hexdigest()
    if m == stat.S_IFLNK:
        try: e['target'] = os.readlink(path)
        except OSError as x: e['error'] = x.strerror
    if m in (stat.S_IFREG, stat.S_IFDIR):
        x = {n: os.getxattr(path, n).hex() for n in sorted(os.listxattr(path))}
        if x: e['xattrs'] = x
    return e
for base, dirs, files in os.walk(top):
    for n in sorted(dirs + files):
        p = os.path.join(base, n); res[os.path.relpath(p, top)] = one(p)
res['.'] = one(top)
json.dump(res, sys.stdout, indent=1, sort_keys=True)
PY
manifest() {    # manifest SNAPSHOT: what its files hold, to stdout
    mkdir -p /mnt/m; mount -t zfs -o ro "$1" /mnt/m
    python3 /tmp/manifest.py /mnt/m; umount /mnt/m
}
: >"$out/STREAMS.tsv"
stream() {      # stream NAME zfs-send-arguments...
    local name=$1; shift
    zfs send "$@" >"$out/$name.zfs"
    zstream dump -v <"$out/$name.zfs" >"$out/$name.dump.txt"
    printf '%s\tzfs send %s\n' "$name.zfs" "$*" >>"$out/STREAMS.tsv"
}
pair() {        # pair NAME DATASET [FLAG...]: full of @s1 and incremental to @s2
    local name=$1 ds=$2; shift 2
    stream "$name-s1.full" "$@" "$ds@s1"
    stream "$name-s1-s2.incr" "$@" -i @s1 "$ds@s2"
}

# --- data sets, first state ------------------------------------------------
step "pool, zfs $ver"
zpool create -f -O compression=lz4 -O xattr=sa -O acltype=posixacl -O snapdev=visible tank /dev/vdb
pass='-o keyformat=passphrase -o keylocation=file:///shared/pass'
zfs create -o encryption=aes-256-gcm $pass tank/enc
zfs create -o dnodesize=auto -o xattr=on tank/enc/child               # inherits the key
zfs create -V 64M -o volblocksize=16k tank/enc/vol
zfs create tank/plain
zfs create -o encryption=on $pass tank/rekey                           # its key changes between s1 and s2
zfs create -o encryption=on -o recordsize=1M -o keyformat=raw -o keylocation="file://$out/keys/raw" tank/big
matrix=()
for cipher in aes-{128,192,256}-{ccm,gcm}; do
    for kf in raw hex; do
        zfs create -o encryption=$cipher -o keyformat=$kf -o keylocation="file://$out/keys/$kf" "tank/$kf-$cipher"
        matrix+=("$kf-$cipher")
    done
done
udevadm settle
step "fill"
for d in enc plain; do python3 /tmp/fill.py s1 /tank/$d; done
python3 /tmp/fill.py s1 /tank/enc/child 0
for d in rekey "${matrix[@]}"; do python3 /tmp/mini.py s1 "/tank/$d"; done
for c in lz4 zstd gzip-6; do       # 1 MiB records, one file per compression
    zfs set recordsize=1M compression=$c tank/enc
    python3 -c 'import random,sys; r = random.Random(sys.argv[1]); sys.stdout.buffer.write(b"".join(r.choice([b"0123456789abcdef" * 4096, r.randbytes(4096)]) for _ in range(40)))' $c >/tank/enc/rs1M-$c
done
zfs set recordsize=128k compression=lz4 tank/enc
head -c 20M /dev/urandom >/tank/big/20M.bin
python3 - /dev/zvol/tank/enc/vol <<'PY'
import random, sys
with open(sys.argv[1], 'r+b') as f:
    f.write(random.Random('v').randbytes(600000)); f.seek(10 << 20); f.write(b'text in a volume ' * 30000)
    f.seek((64 << 20) - 4096); f.write(random.Random('w').randbytes(4096))
PY
sync; zpool sync tank
zfs snapshot -r tank@s1
zfs bookmark tank/enc@s1 tank/enc#s1
zfs get -r -t all all tank >"$out/zfs-get-all.s1.txt"

# --- second state ----------------------------------------------------------
step "change"
for d in enc enc/child plain; do python3 /tmp/fill.py s2 /tank/$d; done
for d in rekey "${matrix[@]}"; do python3 /tmp/mini.py s2 "/tank/$d"; done
zfs change-key -o keylocation="file://$out/keys/pass2" tank/rekey
dd if=/dev/urandom of=/tank/big/20M.bin bs=64k count=3 seek=40 conv=notrunc status=none
python3 - /dev/zvol/tank/enc/vol <<'PY'
import random, sys
with open(sys.argv[1], 'r+b') as f:
    f.seek(300000); f.write(random.Random('v2').randbytes(50000)); f.seek(30 << 20); f.write(b'more ' * 20000)
PY
sync; zpool sync tank
zfs snapshot -r tank@s2
zfs get -r -t all all tank >"$out/zfs-get-all.s2.txt"
zpool get all tank >"$out/zpool-get-all.txt"
zpool status -v tank >"$out/zpool-status.txt"
{ zfs version; uname -a; } >"$out/VERSION.txt"

# --- streams ---------------------------------------------------------------
step "streams"
pair   enc.raw tank/enc -w
pair   child.raw tank/enc/child -w
pair   vol.raw tank/enc/vol -w
stream enc-R-s1.raw -R -w tank/enc@s1
stream enc-R-s2.raw -R -w tank/enc@s2
stream enc-R-I-s1-s2.raw -R -w -I @s1 tank/enc@s2
stream enc-p-s1.raw -p -w tank/enc@s1
stream enc-bookmark-s1-s2.raw -w -i '#s1' tank/enc@s2
pair   rekey.raw tank/rekey -w
pair   plain.Lec tank/plain -L -e -c
pair   plain.noflags tank/plain
pair   plain.raw tank/plain -w
pair   enc.decrypted.Lec tank/enc -L -e -c          # what the raw one decrypts to
pair   vol.decrypted tank/enc/vol
for m in "${matrix[@]}"; do pair "$m.raw" "tank/$m" -w; done
pair   big20M.raw tank/big -w

step "manifests"
for s in s1 s2; do
    for d in enc enc/child plain rekey raw-aes-128-ccm; do manifest "tank/$d@$s" >"$out/${d##*/}-$s.manifest.json"; done
    sha256sum "/dev/zvol/tank/enc/vol@$s" >"$out/vol-$s.sha256"
done

# --- the streams come back whole ---------------------------------------------
step "receive and compare"
rx() { zfs receive -u "$@"; }
cat >/tmp/compare.py <<'PY'
"""compare.py WANT GOT [PATH]: 0 same, 3 only PATH differs, 1 otherwise."""
import json, sys
want, got = (json.load(open(f)) for f in sys.argv[1:3])
bad = sorted(k for k in want.keys() | got.keys() if want.get(k) != got.get(k))
for k in bad[:20]: print('  %s: want %s, got %s' % (k, want.get(k), got.get(k)))
sys.exit(0 if not bad else 3 if bad == sys.argv[3:4] else 1)
PY
check() {       # check SNAPSHOT MANIFEST [PATH that may differ, and is reported]
    local rc=0
    manifest "$1" >/tmp/now.json
    python3 /tmp/compare.py "$2" /tmp/now.json "${@:3}" >/tmp/diff || rc=$?
    case $rc in
        0) step "same: $1 $(basename "$2")";;
        3) step "KNOWN DIFFERENCE: $1"; { echo "$1"; cat /tmp/diff; } | tee -a "$out/KNOWN-DIFFERENCES.txt";;
        *) step "DIFFERS: $1"; cat /tmp/diff; exit 1;;
    esac
}
zpool create -f -O snapdev=visible back /dev/vdc
rx back/enc <"$out/enc.raw-s1.full.zfs"; rx back/enc <"$out/enc.raw-s1-s2.incr.zfs"
rx back/vol <"$out/vol.raw-s1.full.zfs"; rx back/vol <"$out/vol.raw-s1-s2.incr.zfs"
rx back/r <"$out/enc-R-s2.raw.zfs"
rx back/plain <"$out/plain.Lec-s1.full.zfs"; rx back/plain <"$out/plain.Lec-s1-s2.incr.zfs"
rx back/plain0 <"$out/plain.noflags-s1.full.zfs"; rx back/plain0 <"$out/plain.noflags-s1-s2.incr.zfs"
rx back/rekey <"$out/rekey.raw-s1.full.zfs"; rx back/rekey <"$out/rekey.raw-s1-s2.incr.zfs"
rx back/m <"$out/raw-aes-128-ccm.raw-s1.full.zfs"; rx back/m <"$out/raw-aes-128-ccm.raw-s1-s2.incr.zfs"
for d in enc vol r; do zfs load-key -L file:///shared/pass back/$d; done
zfs load-key -L "file://$out/keys/pass2" back/rekey
zfs load-key -L "file://$out/keys/raw" back/m
udevadm settle
for s in s1 s2; do
    check back/enc@$s "$out/enc-$s.manifest.json"
    check back/r@$s "$out/enc-$s.manifest.json"
    check back/r/child@$s "$out/child-$s.manifest.json"
    check back/plain0@$s "$out/plain-$s.manifest.json"
    # ZFS 2.3.9 send -e emits a small spill block (a long symlink's target) as
    # WRITE_EMBEDDED at offset 2^64-512, and its receive then drops it.
    check back/plain@$s "$out/plain-$s.manifest.json" longlink
    check back/rekey@$s "$out/rekey-$s.manifest.json"
    check back/m@$s "$out/raw-aes-128-ccm-$s.manifest.json"
    for v in back/vol back/r/vol; do
        [ "$(sha256sum <"/dev/zvol/$v@$s" | cut -c1-64)" = "$(cut -c1-64 "$out/vol-$s.sha256")" ] ||
            { step "DIFFERS: $v@$s"; exit 1; }
        step "same: $v@$s"
    done
done
(cd "$out" && sha256sum -- * 2>/dev/null >/tmp/sums || true; grep -v SHA256SUMS /tmp/sums >"$out/SHA256SUMS")
step "done: $(ls "$out"/*.zfs | wc -l) streams, $(du -sh "$out" | cut -f1)"
