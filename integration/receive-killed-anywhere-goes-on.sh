#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A receive that is killed, or told to end, anywhere in its stream leaves the vault as it was; told
# to end with -s it keeps what arrived, and the rest makes the snapshot whole.
set -euo pipefail

data=$(cd "$(dirname "$0")/../tests/data/streams/2.1.11/resumes" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SEALIFT_VAULT=$work/vault
stream=$data/enc-s1.zfs
size=$(stat -c %s "$stream")
cp "$SEALIFT" "$work/sealift"       # whatever its name is
SEALIFT=$work/sealift
"$SEALIFT" init tank --dir "$work/sender"
"$SEALIFT" --vault "$work/sender" receive tank/enc <"$stream"
mkfifo "$work/pipe"

stop() {        # stop SIGNAL BYTES OPTION...: sends SIGNAL when so much of the stream was taken
    local signal=$1 bytes=$2 receiver
    shift 2
    rm -rf "$SEALIFT_VAULT"
    "$SEALIFT" init tank --dir "$SEALIFT_VAULT"
    "$SEALIFT" receive "$@" tank/enc <"$work/pipe" 2>"$work/said" &
    receiver=$!
    { head -c "$bytes" "$stream" >&3
      until sleeps "$receiver" && sleeps "$receiver" && sleeps "$receiver"; do :; done
      kill "-$signal" "$receiver"
      wait "$receiver" 2>/dev/null && status=0 || status=$?
    } 3>"$work/pipe"
}

sleeps() {      # sleeps PID: it waits for more
    [ "$(cut -d' ' -f2,3 "/proc/$1/stat")" = "(sealift) S" ]
}

for part in 1 2 3 4 5 6 7; do
    bytes=$((size * part / 8))
    stop KILL $bytes
    [ "$("$SEALIFT" list -H -o name -r -t all tank)" = tank ]
    "$SEALIFT" receive tank/enc <"$stream"
    "$SEALIFT" send -w tank/enc@s1 | cmp - "$stream"

    stop TERM $bytes
    [ "$status" = 6 ]
    [ "$("$SEALIFT" list -H -o name -r -t all tank)" = tank ]

    stop TERM $bytes -s
    [ "$status" = 7 ]
    token=$(sed -n 's/^    zfs send -t //p' "$work/said")
    [ "$("$SEALIFT" get -H -o value receive_resume_token tank/enc)" = "$token" ]
    "$SEALIFT" --vault "$work/sender" send -w -t "$token" | "$SEALIFT" receive -s tank/enc
    "$SEALIFT" send -w tank/enc@s1 | cmp - "$stream"
    [ "$("$SEALIFT" get -H -o value receive_resume_token tank/enc)" = - ]
done
