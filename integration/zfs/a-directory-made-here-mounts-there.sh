#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Directories that sealift put into encrypted and plain file systems mount in ZFS and are equal, file
# by file: contents, times, owners, modes, links, extended attributes; so they are after changes.
# shellcheck source=integration/zfs/common.bash
. /shared/common.bash

alike() {   # alike ORIGIN SNAPSHOT: equal but for inode numbers
    if [ "$(zfs get -H -o value keystatus "${2%@*}")" = unavailable ]; then open_dataset "${2%@*}"; fi
    manifest "$2" >$work/now || fail "cannot read $2"
    python3 - "$work/manifest/$(tr / _ <<<"$1")" $work/now <<'EOF' || fail "$2 is not $1"
import json, sys
def load(path):
    with open(path) as f:
        listing = json.load(f)
    def strip(value):
        if isinstance(value, dict):
            return {k: strip(v) for k, v in value.items() if k != "ino"}
        return [strip(v) for v in value] if isinstance(value, list) else value
    return strip(listing)
a, b = load(sys.argv[1]), load(sys.argv[2])
if a != b:
    files_a, files_b = (x.get("files", x) if isinstance(x, dict) else x for x in (a, b))
    if isinstance(files_a, dict):
        for key in sorted(set(files_a) | set(files_b)):
            if files_a.get(key) != files_b.get(key):
                print(key, files_a.get(key), files_b.get(key), sep="\n  ")
    sys.exit(1)
EOF
}

pools
# shellcheck disable=SC2086
{
    sealift create -o encryption=on $with_pass tank/enc
    sealift create -o recordsize=4k tank/enc/small
    sealift create -o recordsize=1M -o compression=zstd tank/enc/large
    sealift create -o encryption=aes-128-ccm $with_raw -o compression=off tank/ccm
    sealift create -o compression=gzip-4 tank/plain
}
zfs create tank/src
to() { echo "back/${1##*/}"; }
from=
for s in 1 2 3; do
    grow tank/src $s
    freeze tank/src@s$s
    for ds in tank/enc tank/enc/small tank/enc/large tank/ccm tank/plain; do
        sealift put /tank/src $ds || fail "put into $ds"
        sealift snapshot $ds@s$s
        # shellcheck disable=SC2086
        sealift send -w $from $ds@s$s | zfs receive -u "$(to $ds)" || fail "zfs receive of $ds@s$s"
        alike tank/src@s$s "$(to $ds)@s$s"
        say "equal: $ds@s$s"
    done
    from="-i @s$s"
done
# Nothing changed: nothing is read, nothing is written.
sealift put -j /tank/src tank/enc >$work/again
grep -q '"is_changed": false' $work/again || { cat $work/again; fail "put of the same again"; }
# ZFS writes on, and what it wrote comes into the vault, and goes on there.
zfs mount back/small
grow back/small 9
freeze back/small@s4
zfs send -w -i @s3 back/small@s4 | sealift receive tank/enc/small || fail "sealift receive of s4"
grow tank/src 5
freeze tank/src@s5
sealift put -F /tank/src tank/enc/small
sealift snapshot tank/enc/small@s5
sealift send -w -i @s4 tank/enc/small@s5 | zfs receive -F back/small || fail "zfs receive of s5"
alike tank/src@s5 back/small@s5
sealift verify tank/enc || fail verify
scrubbed back
