#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whatever kills the program when it has been given a key, no core file is written.
set -euo pipefail

data=$(cd "$(dirname "$0")/../tests/data/streams" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A sanitizer would catch what is to kill it.
export ASAN_OPTIONS=handle_segv=0 TSAN_OPTIONS=handle_segv=0
"$SEALIFT" init tank --dir "$work/vault"
"$SEALIFT" --vault "$work/vault" receive tank/enc <"$data/2.3.9/enc-128k/s1.zfs"

python3 - "$SEALIFT" --vault "$work/vault" key test -L prompt tank/enc <<'PYTHON'
import os, resource, signal, subprocess, sys
hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
asking = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE)
limits = lambda: open(f"/proc/{asking.pid}/limits").read().splitlines()
while asking.poll() is None:  # until it is about to read
    core = next(line for line in limits() if line.startswith("Max core file size"))
    if core.split()[4:6] == ["0", "0"]:
        break
assert asking.poll() is None, f"it did not ask: {asking.returncode}"
os.kill(asking.pid, signal.SIGSEGV)
_, status = os.waitpid(asking.pid, 0)
assert os.WTERMSIG(status) == signal.SIGSEGV and not os.WCOREDUMP(status), f"status {status}"
PYTHON
