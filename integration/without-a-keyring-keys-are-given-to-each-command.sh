#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Where the kernel's keyring is forbidden, as in many containers, load-key says so, and everything
# else works with keys that are given to each command.
set -euo pipefail

data=$(cd "$(dirname "$0")/../tests/data/streams" && pwd)
raw=file://$data/keys/raw pass=file://$data/keys/pass
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*" >&2; exit 1; }

# Runs a command for which add_key, request_key and keyctl are EPERM.
cat >"$work/contain" <<'PYTHON'
import ctypes, os, platform, struct, sys
numbers = {"x86_64": (248, 249, 250), "aarch64": (217, 218, 219)}[platform.machine()]
LOAD_NUMBER, IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, EPERM = 0x7FFF0000, 0x00050001
code = [(LOAD_NUMBER, 0, 0, 0)]
code += [(IF_EQUAL, len(numbers) - i, 0, number) for i, number in enumerate(numbers)]
code += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, EPERM)]
program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in code))
header = struct.pack("HxxxxxxP", len(code), ctypes.addressof(program))
libc = ctypes.CDLL(None, use_errno=True)
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER = 38, 22, 2
if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, FILTER, header):
    sys.exit(f"cannot contain: {os.strerror(ctypes.get_errno())}")
os.execv(sys.argv[1], sys.argv[1:])
PYTHON
sealift() { python3 "$work/contain" "$SEALIFT" --vault "$work/vault" "$@"; }
value() { sealift get -H -o value "$@"; }
proven() { sealift verify -r "$@" tank/enc | grep -c ': proven'; }

"$SEALIFT" init tank --dir "$work/vault"
sealift receive tank/enc <"$data/2.3.9/enc-128k/s1.zfs"
sealift receive tank/enc/vol <"$data/2.1.11/enc-vol-16k/s1.zfs"

sealift load-key -L "$raw" tank/enc 2>"$work/why" && fail "a key is kept nowhere"
grep -q "no key can be kept: the kernel's keyring says 'Operation not permitted'" "$work/why" ||
    fail "why: $(cat "$work/why")"
grep -q '^sealift: hint: in a container' "$work/why" || fail "no hint: $(cat "$work/why")"
sealift load-key -n -L "$raw" tank/enc | grep -qx '1 / 1 key(s) successfully verified' ||
    fail "load-key -n"
code=0
sealift load-key -n -L "$pass" tank/enc >/dev/null 2>&1 || code=$?
[ $code = 2 ] || fail "a passphrase is no raw key: $code"
[ "$(value keystatus tank/enc)" = unavailable ] || fail "a key is loaded"
sealift unload-key tank/enc 2>/dev/null && fail "unloaded what was not loaded"

[ "$(proven -L "$raw")" = 2 ] || fail "-L is not used"
sealift set keylocation="$raw" tank/enc tank/enc/vol
[ "$(proven)" = 2 ] || fail "keylocation is not used"

sealift change-key tank/enc 2>/dev/null && fail "without a key"
sealift change-key -l -i tank/enc/vol 2>/dev/null
[ "$(value encryptionroot tank/enc/vol)" = tank/enc ] || fail "change-key -i"
sealift change-key -l -o keyformat=passphrase -o pbkdf2iters=100000 -o keylocation="$pass" \
    tank/enc 2>/dev/null
[ "$(value keyformat,pbkdf2iters tank/enc/vol | xargs)" = "passphrase 100000" ] || fail "no heir"
[ "$(proven)" = 2 ] || fail "the new key does not open both"

code=0
sealift key status -r -L "$raw" tank/enc >"$work/status" 2>"$work/needed" || code=$?
[ $code = 5 ] || fail "key status: $code"
grep -c 'in-force.* no$' "$work/status" | grep -qx 2 || fail "key status: $(cat "$work/status")"
grep -c 'journalled.* yes$' "$work/status" | grep -qx 3 || fail "key status: $(cat "$work/status")"
grep -c "does not open with this key: it takes the passphrase of wrapping" "$work/needed" |
    grep -qx 2 || fail "which is needed? $(cat "$work/needed")"

# Back to what came, root and heir together
came=$(sealift key status -H tank/enc | awk -F '\t' '$4 == "journalled" { print $3 }')
sealift key adopt -L "$pass" tank/enc "$came" 2>/dev/null && fail "adopted with another's key"
[ "$(sealift key adopt -L "$raw" tank/enc "$came" | wc -l)" = 2 ] || fail "key adopt"
[ "$(proven -L "$raw")" = 2 ] || fail "what was adopted does not open both"
