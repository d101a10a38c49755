#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Where nobody reads a text any more, as behind head, the program ends by SIGPIPE without a word,
# even if it was started with that signal ignored. Where nobody takes a stream, send says so; and
# what a receive has to say to nobody does not keep it from receiving. Streams and terminals do not
# mix: that exits with 1, as zfs does.
set -euo pipefail

data=$(cd "$(dirname "$0")/../tests/data/streams/2.3.9/enc-128k" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SEALIFT_VAULT=$work/vault
"$SEALIFT" init tank --dir "$SEALIFT_VAULT"

# unread ARGUMENT...: the exit status when the reader of its output has gone; -13 is SIGPIPE
unread() {
    python3 - "$SEALIFT" "$@" 2>"$work/said" <<'EOF'
import os, subprocess, sys
reader, writer = os.pipe()
os.close(reader)
given = open(os.environ["INPUT"]) if "INPUT" in os.environ else subprocess.DEVNULL
print(subprocess.run(sys.argv[1:], stdin=given, stdout=writer, restore_signals=False).returncode)
EOF
}

# on_terminal ARGUMENT...: the exit status with a terminal on standard input and output
on_terminal() {
    python3 - "$SEALIFT" "$@" 2>"$work/said" <<'EOF'
import os, pty, subprocess, sys
control, terminal = pty.openpty()
print(subprocess.run(sys.argv[1:], stdin=terminal, stdout=terminal).returncode)
EOF
}

for command in "stream dump $data/s1.zfs" "stream verify $data/s1.zfs" "list" "get all tank" \
    "status" "--help"; do
    # shellcheck disable=SC2086
    [ "$(unread $command)" = -13 ]
    [ ! -s "$work/said" ]
done

export INPUT=$data/s1.zfs
[ "$(unread receive -v tank/enc)" = 0 ]
[ "$(unread send -w tank/enc@s1)" = 7 ]
grep -q 'the other end is closed' "$work/said"

[ "$(on_terminal send -w tank/enc@s1)" = 1 ]
[ "$(on_terminal receive tank/again)" = 1 ]
[ "$(on_terminal stream verify)" = 1 ]
