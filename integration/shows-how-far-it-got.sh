#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# SIGUSR1 makes send and receive print one line of progress to standard error and go on; -V shows
# it in ps; -vv counts records; -D is taken, with a warning. put and restore show it on a terminal.
set -euo pipefail

data=$(cd "$(dirname "$0")/../tests/data/streams/2.3.9/enc-128k" && pwd)
stream=$data/s1.zfs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SEALIFT_VAULT=$work/vault
"$SEALIFT" init tank --dir "$SEALIFT_VAULT"
mkfifo "$work/in" "$work/out"

has() { grep -qE "$1" "$work/said"; }
# until_it COMMAND...: it comes about, or the test's time is up
until_it() { until "$@"; do :; done; }

# A receive that has half of its stream
"$SEALIFT" receive tank/enc-128k <"$work/in" 2>"$work/said" &
receiver=$!
exec 3>"$work/in"
head -c 100000 "$stream" >&3
until_it eval 'grep -q "^SigBlk:.*2..$" /proc/$receiver/status'    # SIGUSR1 is looked for
until_it eval 'kill -USR1 $receiver && has "^[0-9:]{8} +97\.[0-9]K +tank/enc-128k@s1$"'
tail -c +100001 "$stream" >&3
exec 3>&-
wait $receiver
"$SEALIFT" send -w tank/enc-128k@s1 | cmp - "$stream"

# A send whose reader takes nothing yet; a whole stream of this size does not fit a narrow pipe
for i in $(seq 10); do "$SEALIFT" receive "tank/enc-128k/$i" <"$stream"; done
"$SEALIFT" send -wRVP tank/enc-128k@s1 >"$work/out" 2>"$work/said" &
sender=$!
exec 4<"$work/out"
until_it has '^[0-9:]{8}	[0-9]+	tank'
grep -aq '^sealift: sending tank.* ([0-9]*%: ' "/proc/$sender/cmdline"
kill -USR1 $sender
cat <&4 >"$work/package"
exec 4<&-
wait $sender
"$SEALIFT" stream verify -q "$work/package"

"$SEALIFT" send -wDvv tank/enc-128k@s1 2>"$work/said" | cmp - "$stream"
has 'warning: deduplicated send is no longer supported'
has '^TIME        SENT      BLOCKS    SNAPSHOT tank/enc-128k@s1$'

# put and restore write one line of their own over and over, on a terminal alone
"$SEALIFT" create -V 8M tank/disk
"$SEALIFT" create tank/files
mkdir "$work/files"
(cd "$work/files" && seq 1000 | split -l 1)
head -c 8M /dev/urandom >"$work/image"
on_terminal() { script -qec "'$SEALIFT' $*" /dev/null </dev/null >"$work/said"; }
on_terminal put "$work/image" tank/disk
has $'\r\033\\[K[0-9.]+[BKM] of 8M \\([0-9]+%\\)'
on_terminal put "$work/files" tank/files
has $'\r\033\\[K[0-9]+ files, '
on_terminal restore tank/files:/ "$work/back"
has $'\r\033\\[K[0-9]+ files, '
diff -r "$work/files" "$work/back"
echo more >"$work/files/more"
"$SEALIFT" put "$work/files" tank/files >/dev/null 2>"$work/said"
[ ! -s "$work/said" ]
