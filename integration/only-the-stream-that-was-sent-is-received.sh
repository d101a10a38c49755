#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# With the digest of a stream, by sha256sum(1) or by sealift, from a file, a FIFO or the command
# line, nothing else is received; nobody waits for anybody for ever.
set -euo pipefail

data=$(cd "$(dirname "$0")/../tests/data/streams/2.1.11" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export SEALIFT_VAULT=$work/vault
fail() { echo "FAILED: $*" >&2; exit 1; }
gone() { "$SEALIFT" destroy -r tank/enc; }
nothing_is_left() {
    [ "$("$SEALIFT" list -H -o name -r tank)" = tank ] || fail "something is left"
}
"$SEALIFT" init tank --dir vault
full=$data/aes-256-gcm/s1.zfs
increment=$data/aes-256-gcm/s1-s2.zfs

# As real ZFS's stream goes through a pipe, its digest taken on the way
mkfifo fifo
tee <"$full" >(sha256sum >fifo) | "$SEALIFT" receive --sha256 fifo tank/enc || fail "with tee"
# and as sealift's own goes into another vault, both ends at the same FIFO
"$SEALIFT" init tank --dir other
"$SEALIFT" send -w --sha256-to fifo tank/enc@s1 |
    timeout 60 "$SEALIFT" --vault other receive --sha256 fifo tank/enc || fail "through a FIFO"

# In files
"$SEALIFT" send -w --sha256-to digest tank/enc@s1 >stream
sha256sum <stream | cmp - digest || fail "not what sha256sum prints"
sha256sum --quiet -c digest <stream
gone
"$SEALIFT" receive --sha256 digest tank/enc <stream
"$SEALIFT" stream verify -q --sha256 "$(cut -c 1-64 digest)" stream
"$SEALIFT" stream verify -q --sha256 <(sha256sum "$data/packages/t-R-s1.zfs") "$data/packages/t-R-s1.zfs"
gone

# Another stream than that one
refused() {
    local code=0
    "$SEALIFT" "$@" 2>why || code=$?
    [ $code = 3 ] || fail "exit code $code of $*"
    grep -q 'not the stream that was sent' why || fail "$(cat why)"
}
sha256sum "$increment" >of-another
refused receive --sha256 of-another tank/enc <"$full"
refused receive -s --sha256 "$(cut -c 1-64 of-another)" tank/enc <"$full"
refused stream verify --sha256 of-another "$full"
nothing_is_left

# No digest at all: nothing is received either
for file in missing /dev/null; do
    "$SEALIFT" receive --sha256 $file tank/enc <"$full" 2>why && fail "received without a digest"
    grep -q "$file" why || fail "$(cat why)"
done
nothing_is_left

# An old digest does not stay beside a stream that was never finished.
"$SEALIFT" receive tank/enc <"$full"
"$SEALIFT" send -w --sha256-to digest tank/enc@s1 | head -c 1 >/dev/null && fail "nobody read it"
[ ! -s digest ] || fail "the digest of a stream that did not leave"

# A receiver that waits for a digest which does not come can be interrupted.
gone
exec 9<>fifo  # somebody may still write
"$SEALIFT" receive --sha256 fifo tank/enc <"$full" 2>why &
receiver=$!
until grep -q "^pos:.$(stat -c %s "$full")$" /proc/$receiver/fdinfo/0; do :; done
kill -TERM $receiver
code=0
wait $receiver || code=$?
[ $code = 6 ] || fail "exit code $code: $(cat why)"
nothing_is_left
