#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What real ZFS sent goes into a vault, each chain as a full stream and increments; every full,
# increment and -I package that ZFS sent of it then comes out the same to the last byte.
set -euo pipefail

data=${1-$(cd "$(dirname "$0")/../tests/data/streams" && pwd)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
sealift() { "$SEALIFT" --vault "$work/vault" "$@"; }

chain() {       # chain DIR: DIR holds s1.zfs, s1-s2.zfs, ...
    local dir=$1 ds file kind command s=1
    ds=$(rows "$dir" | awk -F'\t' '{ sub(/@[^ ]*$/, "", $3); sub(/.* /, "", $3); print $3; exit }')
    rm -rf "$work/vault"
    "$SEALIFT" init "${ds%%/*}" --dir "$work/vault"
    [ "${ds%/*}" = "${ds%%/*}" ] || sealift create -p "${ds%/*}"
    sealift receive "$ds" <"$dir/s1.zfs"
    sealift bookmark "$ds@s1" "$ds#book"
    while [ -e "$dir/s$s-s$((s + 1)).zfs" ]; do
        sealift receive "$ds" <"$dir/s$s-s$((s + 1)).zfs"
        [ $s != 1 ] || sealift bookmark "$ds@s2" "$ds#b2"
        s=$((s + 1))
    done
    while IFS=$'\t' read -r file kind command; do
        read -ra command <<<"${command/--redact book/}"    # what is redacted stays so
        if sealift send "${command[@]:2}" >"$work/out" && cmp "$dir/$file" "$work/out"; then continue; fi
        echo "not what ZFS sends: $dir/$file ($kind)"
        bad=$((bad + 1))
    done < <(rows "$dir")
    echo "$dir: $(rows "$dir" | wc -l) streams"
}

rows() {        # rows DIR: file, kind and command of the chain's streams that are present
    local name=${1#"$data"/} file kind command
    if [ -e "$1/index.tsv" ]; then cut -f1,2,5 "$1/index.tsv"
    else awk -F'\t' -v OFS='\t' -v dir="$name/" 'index($1, dir) == 1 { print substr($1, length(dir) + 1), $2, $NF }' "$data/index.tsv"
    fi | while IFS=$'\t' read -r file kind command; do
        [ ! -e "$1/$file" ] || printf '%s\t%s\t%s\n' "$file" "$kind" "$command"
    done
}

for first in "$data"/*/*/s1.zfs; do chain "${first%/s1.zfs}"; done
[ $bad = 0 ] || { echo "FAILED: $bad streams"; exit 1; }
