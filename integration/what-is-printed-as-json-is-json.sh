#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What each command prints with -j is one line of JSON, of zfs's schema where zfs has the command,
# and stays that where a property's value is not UTF-8.
set -euo pipefail

chain=$(cd "$(dirname "$0")/../tests/data/streams/2.1.11/enc-vol-16k" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sealift() { "$SEALIFT" --vault "$work/vault" "$@"; }
shows() {    # shows EXPRESSION COMMAND...: it is true of what the command prints
    local expression=$1; shift
    "$@" >"$work/out" || { echo "FAILED: $*" >&2; exit 1; }
    python3 - "$expression" "$work/out" <<'PYTHON' || { echo "FAILED: $* printed $(cat "$work/out")" >&2; exit 1; }
import json, sys
text = open(sys.argv[2], encoding='utf-8').read()
assert text.count('\n') == 1 and text.endswith('\n'), 'more than a line'
assert eval(sys.argv[1], {'it': json.loads(text)}), sys.argv[1]
PYTHON
}

sealift init tank --dir "$work/vault"
sealift receive tank/enc <"$chain/s1.zfs"
sealift create tank/plain
sealift set site:owner=$'a\xffb' tank/plain
mkdir "$work/tree"; touch "$work/tree/file"

value="it['datasets']['tank/plain']['properties']['site:owner']['value'] == 'a\ufffdb'"
command="it['output_version']['command']"
shows "$value and $command == 'zfs list'" sealift list -j -r -o name,site:owner tank
shows "$value and $command == 'zfs get'" sealift get -j site:owner tank/plain
shows "it['vaults']['tank']['checksum'] == 'sha256'" sealift status -j
shows "it['datasets']['tank/enc']['wrappings'][0]['state'] == 'in-force'" sealift key status -j tank/enc
shows "it[0]['snapshot'] == 'tank/enc@s1' and it[0]['verdict'] == 'unproven'" \
    sealift verify -j tank/enc@s1
shows "it['added'] == 1" sealift put -j "$work/tree" tank/plain
shows "it['substreams'][0]['toname'].endswith('@s1')" sealift stream verify -j "$chain/s1.zfs"
