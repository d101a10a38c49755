#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Of every snapshot that ZFS made a manifest of, file system or volume, encrypted or not: what is
# restored equals it, and what `diff` tells of two is what the manifests show. Restored again nothing
# is done; a file that is another one is told of, and replaced only if that is asked for.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
data=${1-$here/../tests/data/streams}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*" >&2; exit 1; }
sealift() { "$SEALIFT" --vault "$work/vault" "$@"; }

key_of() {      # key_of STREAM: the options that open what it holds
    local key
    key=$(awk -F'\t' -v file="$1" '$1 == file { print $5 }' "$data/index.tsv")
    [ "$key" = - ] || echo "-L file://$(realpath "$data/keys/$key")"
}

# check CHAIN SNAPSHOT: restores it, and compares
check() {
    local dir=$data/$1 out=$work/out options
    read -ra options <<<"$(key_of "$1/s1.zfs")"
    rm -rf "$out"
    if [ -e "$dir/$2.sha256" ]; then
        sealift restore -q --verify "${options[@]}" "tank/d@$2" "$out"
        [ "$(sha256sum <"$out" | cut -c1-64)" = "$(cut -c1-64 "$dir/$2.sha256")" ] ||
            fail "$1@$2: another volume"
        cmp "$out" <(sealift cat "${options[@]}" "tank/d@$2")
    else
        # An extended attribute may be more than this file system takes
        sealift restore -q "${options[@]}" "tank/d@$2" "$out" 2>"$work/faults" || [ $? = 1 ] ||
            fail "$1@$2: $(cat "$work/faults")"
        python3 "$here/streams/restored.py" "$dir/$2.manifest.json.zst" "$out" "$work/faults" ||
            fail "$1@$2: other files"
        ! grep -v ': cannot set user\.' "$work/faults" || fail "$1@$2: see above"
    fi
    snapshots=$((snapshots + 1))
}

# check_diff CHAIN EARLIER LATER
check_diff() {
    local dir=$data/$1 options
    read -ra options <<<"$(key_of "$1/s1.zfs")"
    [ -e "$dir/$2.manifest.json.zst" ] && [ -e "$dir/$3.manifest.json.zst" ] || return 0
    sealift diff -H -h "${options[@]}" "tank/d@$2" "@$3" >"$work/diff"
    python3 "$here/streams/diffed.py" "$dir/$2.manifest.json.zst" "$dir/$3.manifest.json.zst" \
        <"$work/diff" || fail "$1: diff of $2 and $3"
    [ -z "$(sealift diff "${options[@]}" "tank/d@$2" "@$2")" ] || fail "$1@$2 differs from itself"
}

snapshots=0
for first in "$data"/*/*/s1.zfs; do
    dir=${first%/s1.zfs} chain=${first%/s1.zfs} s=1
    chain=${chain#"$data"/}
    compgen -G "$dir/s*.manifest.json.zst" >/dev/null || compgen -G "$dir/s*.sha256" >/dev/null || continue
    # That of a volume in a chain says no more than its size
    [ "$(zstd -dc "$dir/s1.manifest.json.zst" 2>/dev/null | grep -c '"volume"')" = 0 ] || continue
    rm -rf "$work/vault"
    "$SEALIFT" init tank --dir "$work/vault"
    sealift receive tank/d <"$dir/s1.zfs"
    while :; do
        if [ -e "$dir/s$s.manifest.json.zst" ] || [ -e "$dir/s$s.sha256" ]; then check "$chain" "s$s"; fi
        next=$dir/s$s-s$((s + 1)).zfs
        [ -e "$next" ] || break
        sealift receive tank/d <"$next"
        check_diff "$chain" "s$s" "s$((s + 1))"
        check_diff "$chain" s1 "s$((s + 1))"
        s=$((s + 1))
    done
done
[ $snapshots -ge 20 ] || fail "only $snapshots snapshots were compared"
echo "$snapshots snapshots are what ZFS had"

# Again, damaged, made good
options=(-L "file://$(realpath "$data/keys/pass")")
dir=$data/2.1.11/enc
rm -rf "$work/vault" "$work/out"
"$SEALIFT" init tank --dir "$work/vault"
sealift receive tank/d <"$dir/s1.zfs"
restore() { sealift restore "${options[@]}" "$@" tank/d@s1:/many "$work/out"; }
restore --verify | grep ' verified$'
restore --verify >"$work/said"
grep -q '0B; [0-9]* were there' "$work/said" || fail "restored twice: $(cat "$work/said")"
file=$(find "$work/out" -type f | sort | sed -n 1p)
echo more >>"$file"
touch "$work/out/of-my-own"
if restore 2>"$work/faults"; then fail "a file that is another one was passed over"; fi
grep -q "${file##*/}: it exists and is another one" "$work/faults" || fail "$(cat "$work/faults")"
restore --overwrite --verify
[ -e "$work/out/of-my-own" ] || fail "a file that the snapshot has not was removed"
