#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A loaded key is in the kernel's keyring of the user: other commands find it, from other sessions
# too, other users do not, and it is gone when it is unloaded, destroyed or its time is over.
set -euo pipefail

data=$(cd "$(dirname "$0")/../tests/data/streams" && pwd)
key=file://$data/keys/raw
work=$(mktemp -d)
fail() { echo "FAILED: $*" >&2; exit 1; }
sealift() { "$SEALIFT" --vault "$work/vault" "$@"; }
status() { sealift get -H -o value keystatus "${1-tank/enc}"; }
mine() { grep "sealift:$guid:" /proc/keys; }
none_left() {   # the kernel takes a key that is gone off its list a little later
    for ((i = 0; i < 300; i++)); do
        mine >/dev/null || return 0
        sleep 0.1
    done
    mine >&2
    return 1
}
trap 'sealift unload-key -a >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

# Two datasets with one wrapping key, and each with its own master key
"$SEALIFT" init tank --dir "$work/vault"
guid=$(printf '%016x' "$(sealift get -H -p -o value guid tank)")
sealift receive tank/enc <"$data/2.3.9/enc-128k/s1.zfs"
sealift receive tank/enc/vol <"$data/2.1.11/enc-vol-16k/s1.zfs"
[ "$(status)" = unavailable ] || fail "a key is loaded before any was"

if ! sealift load-key -L "$key" tank/enc 2>"$work/why"; then
    grep -q 'no key can be kept' "$work/why" || fail "load-key: $(cat "$work/why")"
    text="NO KEYRING: $(head -1 "$work/why"): nothing was tried"
    printf '\n%s\n%s\n%s\n' "${text//?/*}" "$text" "${text//?/*}" >&2
    if [ -n "${SEALIFT_SKIPPED-}" ]; then
        mkdir -p "$SEALIFT_SKIPPED"
        echo "the kernel's keyring was not tried: $(head -1 "$work/why")" >"$SEALIFT_SKIPPED/keyring"
    fi
    exit 77
fi

[ "$(status) $(status tank/enc/vol)" = "available unavailable" ] || fail "another key is loaded"
sealift load-key -L "$key" tank/enc/vol
sealift change-key -i tank/enc/vol
[ "$(status) $(status tank/enc/vol)" = "available available" ] || fail "the heir has no key"
sealift verify -r tank/enc | grep -c ': proven' | grep -qx 2 || fail "the loaded key is not used"

# Who has the user's keyring has the key; who only sees the session sees that there is one.
mine | grep -q ' 2f010000 ' || fail "permissions: $(mine)"
[ "$(mine | wc -l)" = 1 ] || fail "the heir's old key is still there: $(mine)"

# A session of its own, as services and sudo have
python3 - "$SEALIFT" "$work/vault" <<'PYTHON' || fail "another session does not find the key"
import ctypes, platform, subprocess, sys
JOIN_SESSION_KEYRING, KEYCTL = 1, {"x86_64": 250, "aarch64": 219}[platform.machine()]
ctypes.CDLL(None).syscall(KEYCTL, JOIN_SESSION_KEYRING, None)
done = subprocess.run([sys.argv[1], "--vault", sys.argv[2], "get", "-H", "-o", "value",
                       "keystatus", "tank/enc"], capture_output=True, text=True)
sys.exit(done.stdout != "available\n")
PYTHON

if [ "$(id -u)" = 0 ]; then
    cp "$SEALIFT" "$work/sealift"
    chmod -R a+rX "$work"
    other=$(setpriv --reuid 65534 --regid 65534 --clear-groups \
        "$work/sealift" --vault "$work/vault" get -H -o value keystatus tank/enc)
    [ "$other" = unavailable ] || fail "another user has the key"
fi

sealift unload-key tank/enc
[ "$(status)" = unavailable ] || fail "the key is still there"
sealift unload-key tank/enc 2>/dev/null && fail "unloaded twice"
sealift verify tank/enc | grep -q ': unproven' || fail "verify found a key that is not there"
none_left || fail "something is left"

sealift load-key --ttl 1s -L "$key" tank/enc
for ((i = 0; i < 300; i++)); do
    [ "$(status)" = available ] || break
    sleep 0.1
done
[ "$(status)" = unavailable ] || fail "the key does not end"
sealift load-key --ttl 10m -L "$key" tank/enc
[ "$(status)" = available ] || fail "a key cannot be loaded where another ended"
sealift destroy -r tank/enc
none_left || fail "the key of what was destroyed is left"

# So it is where a stream or a rollback destroys.
for name in site site/home; do
    sealift create -o encryption=on -o keyformat=raw -o keylocation="$key" tank/$name
done
sealift snapshot -r tank/site@1
sealift send -w -R tank/site@1 | sealift receive tank/dr
for name in dr dr/home; do sealift load-key -L "$key" tank/$name; done
[ "$(status tank/dr/home)" = available ] || fail "a received root was not loaded"
sealift destroy -r tank/site/home
sealift snapshot -r tank/site@2
sealift send -w -R -i @1 tank/site@2 | sealift receive -F tank/dr
sealift unload-key tank/site
sealift unload-key tank/dr
none_left || fail "the key of what a package destroyed is left"
