#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs in a lab VM: writes what `zstream dump -v` says of each DIR/**/X.zfs to X.dump.txt beside it.
#
#   integration/lab/run SUITE -s DIR integration/streams/dumps.sh
set -euo pipefail
find /shared -name '*.zfs' | while read -r file; do
    zstream dump -v <"$file" >"${file%.zfs}.dump.txt" || echo "zstream dump: rc $?: $file"
done
