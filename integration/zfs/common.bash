# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The language the claims are written in: `. /shared/common.bash` in a lab VM.
# Pool `tank` is the origin, pool `back` gets what the vault gives. The vault is
# named `tank` too: then its streams carry the names ZFS's own carry, and can be
# compared with them byte for byte.
set -euo pipefail

# shellcheck disable=SC2034 # claims pass it on
seed=${1?a seed}
work=/tmp/claim
export SEALIFT_VAULT=$work/vault
mkdir -p $work/manifest $work/streams
cp -r /shared $work/bin     # 9p reads a program anew each time it starts: ten times as slow
printf 'correct horse battery' >$work/pass
python3 -c 'import sys; sys.stdout.buffer.write(bytes((i * 7 + 3) & 255 for i in range(32)))' >$work/raw
# shellcheck disable=SC2034
with_pass="-o keyformat=passphrase -o pbkdf2iters=100000 -o keylocation=file://$work/pass"
# shellcheck disable=SC2034
with_raw="-o keyformat=raw -o keylocation=file://$work/raw"

say() { echo "[$(cut -d. -f1 /proc/uptime)s] $*"; }
fail() { say "FAILED: $* (seed $seed)"; exit 1; }
sealift() { $work/bin/sealift "$@"; }

pools() {       # both pools and the vault, empty
    zpool create -f -O compression=lz4 -O xattr=sa -O snapdev=visible -O atime=off tank /dev/vdb
    zpool create -f -O snapdev=visible back /dev/vdc
    sealift init tank --dir "$SEALIFT_VAULT"
}

reimport() {    # reimport POOL: nothing is cached, and object numbers start low again
    zpool export "$1"
    zpool import -d /dev "$1"
    zfs load-key -a >/dev/null 2>&1 || true
    zfs mount -a
    udevadm settle
}

grow() {        # grow DATASET STEP [BUDGET_KIB]: one step of its random history
    local kind=fs where=/$1
    [ "$(zfs get -H -o value type "$1")" = filesystem ] || { kind=vol; where=/dev/zvol/$1; udevadm settle; }
    python3 /shared/history.py $kind "$where" "$seed/$1" "$2" "${3-60}" || fail "history of $1, step $2"
    zpool sync "${1%%/*}"
}

manifest() {    # manifest SNAPSHOT: what it holds, to stdout
    if [ "$(zfs get -H -o value type "${1%@*}")" = volume ]; then
        python3 /shared/manifest.py "/dev/zvol/$1"; return
    fi
    mkdir -p /mnt/m
    mount -t zfs -o ro "$1" /mnt/m || return
    python3 /shared/manifest.py /mnt/m
    umount /mnt/m
}

freeze() {      # freeze SNAPSHOT: takes it and notes what it holds
    zfs snapshot "$1"
    manifest "$1" >"$work/manifest/$(tr / _ <<<"$1")"
}

chain() {       # chain DATASET...: five snapshots s1 to s5 of random histories of each
    local s ds
    for s in 1 2 3 4 5; do
        for ds; do grow "$ds" $s; freeze "$ds@s$s"; done
        case $s in 2|4) reimport tank;; esac
    done
    say "chains: $*"
}

open_dataset() {    # open_dataset DATASET: loads its key, if it has one
    case $(zfs get -H -o value keyformat "$1") in
        none|-) return;;
        raw) zfs load-key -L "file://$work/raw" "$1" >/dev/null;;
        *) zfs load-key -L "file://$work/pass" "$1" >/dev/null;;
    esac
}

same() {        # same SNAPSHOT ORIGIN: its contents are what the origin snapshot's were
    if [ "$(zfs get -H -o value keystatus "${1%@*}")" = unavailable ]; then
        open_dataset "${1%@*}" || fail "load-key ${1%@*}"
    fi
    manifest "$1" >$work/now || fail "cannot read $1"
    diff "$work/manifest/$(tr / _ <<<"$2")" $work/now >$work/diff || { head -n 20 $work/diff; fail "$1 is not $2"; }
}

alike() {       # alike ORIGIN SNAPSHOT: equal but for inode numbers
    if [ "$(zfs get -H -o value keystatus "${2%@*}")" = unavailable ]; then open_dataset "${2%@*}"; fi
    manifest "$2" >$work/now || fail "cannot read $2"
    equal_trees "$work/manifest/$(tr / _ <<<"$1")" $work/now || fail "$2 is not $1"
}

equal_trees() { # equal_trees MANIFEST MANIFEST: but for inode numbers; else says what differs
    python3 - "$1" "$2" <<'EOF'
import json, sys
def load(path):
    with open(path) as f:
        listing = json.load(f)
    def strip(value):
        if isinstance(value, dict):
            return {k: strip(v) for k, v in value.items() if k != "ino"}
        return [strip(v) for v in value] if isinstance(value, list) else value
    return strip(listing)
a, b = load(sys.argv[1]), load(sys.argv[2])
if a != b:
    files_a, files_b = (x.get("files", x) if isinstance(x, dict) else x for x in (a, b))
    if isinstance(files_a, dict):
        for key in sorted(set(files_a) | set(files_b)):
            if files_a.get(key) != files_b.get(key):
                print(key, files_a.get(key), files_b.get(key), sep="\n  ")
    sys.exit(1)
EOF
}

identical() {   # identical FILE ARGUMENT...: FILE is what `zfs send ARGUMENT...` prints
    local file=$1; shift
    zfs send "$@" | cmp - "$file" || fail "not what ZFS sends: $*"
}

scrubbed() {    # scrubbed POOL: a scrub finds nothing
    zpool scrub -w "$1"
    zpool status -v "$1" | grep -q 'errors: No known data errors' || { zpool status -v "$1"; fail "scrub of $1"; }
}

# --- a whole chain through the vault ---------------------------------------------
into_vault() {  # into_vault DATASET FLAG...: s1 in full, then each increment
    local ds=$1 s; shift
    zfs send "$@" "$ds@s1" | sealift receive "$ds" || fail "sealift receive of $ds@s1"
    for s in 2 3 4 5; do
        zfs send "$@" -i "@s$((s - 1))" "$ds@s$s" | sealift receive "$ds" || fail "sealift receive of $ds@s$s"
    done
}

fulls_come_back() {     # fulls_come_back DATASET FLAG...: each snapshot, or those in $fulls, into a new dataset
    local ds=$1 s to; shift
    to=back/${ds##*/}-full
    for s in ${fulls-1 2 3 4 5}; do
        sealift send "$@" "$ds@s$s" >$work/stream || fail "sealift send of $ds@s$s"
        [ -n "${may_differ-}" ] || identical $work/stream "$@" "$ds@s$s"
        zfs receive -u "$to$s" <$work/stream || fail "zfs receive of $ds@s$s"
        same "$to$s@s$s" "$ds@s$s"
    done
    say "fulls: $ds $*"
}

increments_come_back() {    # increments_come_back DATASET "STEP..." FLAG...: along these snapshots
    local ds=$1 route=$2 from='' s to; shift 2
    to=back/${ds##*/}-${route// /-}
    for s in $route; do
        if [ -z "$from" ]; then
            sealift send "$@" "$ds@s$s" | zfs receive -u "$to" || fail "zfs receive of $ds@s$s"
        else
            sealift send "$@" -i "@s$from" "$ds@s$s" >$work/stream || fail "sealift send of $ds@s$from to s$s"
            # One that was never received as such may differ in FREE records over holes.
            [ -n "${may_differ-}" ] || [ $((s - from)) != 1 ] || identical $work/stream "$@" -i "@s$from" "$ds@s$s"
            zfs receive -u "$to" <$work/stream || fail "zfs receive of $ds@s$from to s$s"
        fi
        from=$s
    done
    for s in $route; do same "$to@s$s" "$ds@s$s"; done
    say "increments: $ds $route $*"
}

comes_back() {  # comes_back DATASET FLAG...: into the vault, and out again in every way
    into_vault "$@"
    fulls_come_back "$@"
    increments_come_back "$1" '1 2 3 4 5' "${@:2}"
    increments_come_back "$1" '1 3 5' "${@:2}"
    increments_come_back "$1" '2 5' "${@:2}"
}

cleared() {     # cleared DATASET: the vault holds nothing of it any more
    sealift destroy -r "$1" || fail "sealift destroy -r $1"
    zfs list -Hr -d 1 -o name back | grep "^back/${1##*/}-" | xargs -rn1 zfs destroy -r
}
