#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is sent with --wrapping-of carries the wrapping that the peer has, which the vault's journal
# holds before the first byte leaves; a peer that changes it meanwhile gets no END; another master
# key is refused and nothing is written.
set -euo pipefail

data=$(cd "$(dirname "$0")/../tests/data/streams/2.1.11" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SEALIFT_VAULT=$work/vault
fail() { echo "FAILED: $*" >&2; exit 1; }
"$SEALIFT" init tank --dir "$work/vault"

"$SEALIFT" receive tank/rekey <"$data/aes-256-gcm/s1.zfs"
"$SEALIFT" send -w --wrapping-of "$data/rekey/s1.zfs" tank/rekey@s1 >"$work/refused" 2>"$work/why" &&
    fail "another master key was sent to"
[ ! -s "$work/refused" ] || fail "something was sent"
grep -q 'has key .* the peer has key' "$work/why" || { cat "$work/why"; fail "both keys are to be named"; }
"$SEALIFT" destroy -r tank/rekey

"$SEALIFT" receive tank/raw-aes-256-gcm <"$data/aes-256-gcm/s1.zfs"
"$SEALIFT" receive tank/raw-aes-256-gcm <"$data/aes-256-gcm/s1-s2.zfs"
head=$data/aes-256-gcm/s1-s2.zfs
"$SEALIFT" send -w -i @s1 --wrapping-of "$head" tank/raw-aes-256-gcm@s2 | cmp - "$head" || fail "not the peer's"
head -c 65536 "$head" | "$SEALIFT" send -w -i @s1 --wrapping-of - tank/raw-aes-256-gcm@s2 | cmp - "$head" ||
    fail "not the peer's, from standard input"
"$SEALIFT" send -w -i @s1 --wrapping-by "cat $head" tank/raw-aes-256-gcm@s2 | cmp - "$head" ||
    fail "not the peer's, from a command"

# Its head changes while the stream is on its way.
cat >"$work/changing" <<EOF
if [ -e $work/once ]; then cat $data/aes-128-gcm/s1.zfs; else touch $work/once; cat $head; fi
EOF
set +e
"$SEALIFT" send -w -i @s1 --wrapping-by "sh $work/changing" tank/raw-aes-256-gcm@s2 >"$work/cut" 2>"$work/why"
code=$?
set -e
[ $code = 6 ] || fail "exit code $code"
cmp -n "$(stat -c %s "$work/cut")" "$work/cut" "$head" || fail "another stream"
[ "$(stat -c %s "$work/cut")" = $(($(stat -c %s "$head") - 312)) ] || fail "END is there, or more is missing"
