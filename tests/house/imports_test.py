#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails on every #include under src/ and include/ which the floor plan does not allow.

A floor sees its own files, those of the floors listed for it here, the public
headers which those floors implement, and the outside headers listed. A floor
that works without keys must not reach a keyed header even through others.
"""

import re
import sys
from pathlib import Path

ROOT = Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
ROOT = ROOT if ROOT.is_dir() else ROOT.parents[2]

HASHES = {"crypto/fletcher4.h", "crypto/sha256.h", "crypto/sha512.h"}

# floor: what it may include of the others; a file name stands for itself alone.
FLOORS = {
    "base": set(),
    "os": {"base"},
    "crypto": {"base"},
    "stream": {"base"} | HASHES,
    "vault": {"base", "os"} | HASHES,  # it stores what it cannot read
    "objset": {"base", "vault", "stream"} | HASHES,
    "catalog": {"base", "vault", "objset", "stream"} | HASHES,
    "replicate": {"base", "os", "stream", "vault", "objset", "catalog"} | HASHES,  # raw means raw
    "keys": {"base", "os", "crypto", "stream", "vault", "objset", "catalog"},
    # Plaintext never meets the wire; extended attributes are packed lists.
    "dataset": {"base", "os", "crypto", "vault", "objset", "catalog", "keys",
                "stream/nvlist.h", "stream/record_format.h"},
    "serve": {"base", "os", "dataset"},  # plaintext to programs of this machine
    "transport": {"base", "os"},  # it moves bytes
    "cli": {"base", "os"},  # and every public header
}

# Floors that never see a key, whatever the path.
KEYLESS = {"stream", "vault", "objset", "catalog", "replicate", "transport"}
KEYED = re.compile(r"^(keys|dataset)/|^crypto/(aead|kdf|hmac|secret|wrap)")

# Public header: the floor that implements it. A floor may include what stands below it.
PUBLIC = {
    "sealift/error.h": "base",
    "sealift/channel.h": "base",
    "sealift/stream.h": "stream",
    "sealift/digest.h": "stream",
    "sealift/vault.h": "catalog",
    "sealift/dataset.h": "catalog",
    "sealift/listing.h": "catalog",
    "sealift/send.h": "replicate",
    "sealift/receive.h": "replicate",
    "sealift/keys.h": "keys",
    "sealift/keyring.h": "keys",
    "sealift/contents.h": "dataset",
    "sealift/put.h": "dataset",
    "sealift/serve.h": "serve",
}

# Outside headers: who may include them. C++'s own (no suffix) are everyone's.
OUTSIDE = [
    (re.compile(r"^fmt/"), set(FLOORS)),
    (re.compile(r"^openssl/"), {"crypto", "transport"}),
    (re.compile(r"^(zlib|zstd|lz4\w*)\.h$"), {"stream", "dataset"}),
    (re.compile(r"^(\w*intrin|cpuid|arm_neon)\.h$"), {"crypto"}),
    (re.compile(r"^curl/"), {"os"}),
    (re.compile(r"^boost/"), {"transport"}),
    (re.compile(r"^(CLI|nlohmann)/"), {"cli"}),
    (re.compile(r"^(fuse3/\w+|nbdkit-plugin)\.h$"), {"serve"}),
    (re.compile(r"^(sys/|linux/)?\w+\.h$"), {"os", "transport", "serve", "cli"}),  # POSIX, Linux
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def includes(text):
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def public_fault(floor, name):
    owner = PUBLIC.get(name)
    if owner is None:
        return f"<{name}> has no floor in the table of public headers"
    if floor in ("cli", owner) or owner in FLOORS[floor]:
        return None
    return f"{floor} stands below {owner}, which implements <{name}>"


def outside_fault(floor, name):
    if re.fullmatch(r"\w+", name):
        return None
    for pattern, floors in OUTSIDE:
        if pattern.match(name):
            return None if floor in floors else f"<{name}> is not for {floor}"
    return f"<{name}> is in no table"


def fault(floor, bracket, name):
    """Why `floor` must not include `name`, or None."""
    if name.startswith("sealift/"):
        return public_fault(floor, name)
    if bracket == "<":
        return outside_fault(floor, name)
    owner = name.split("/")[0]
    if "/" not in name or owner not in FLOORS:
        return f'"{name}" does not start with a floor'
    if owner == floor or owner in FLOORS[floor] or name in FLOORS[floor]:
        return None
    return f"{floor} must not see {name}"


def public_header_fault(bracket, name):
    if bracket == "<" and (name.startswith("sealift/") or re.fullmatch(r"\w+", name)):
        return None
    return "a public header includes only public and standard headers"


def sources(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".h", ".cpp"):
                yield path


def keyed_path(path, seen):
    """The chain of headers by which `path` reaches a keyed one, or None."""
    for _, bracket, name in includes(path.read_text()):
        target = ROOT / ("include" if name.startswith("sealift/") else "src") / name
        if KEYED.match(name):
            return [name]
        if target in seen or not target.exists():
            continue
        seen.add(target)
        chain = keyed_path(target, seen)
        if chain:
            return [name, *chain]
    return None


def check_tree():
    faults = []
    for path in sources("src"):
        floor = path.relative_to(ROOT / "src").parts[0]
        where = path.relative_to(ROOT)
        if floor not in FLOORS:
            faults.append(f"{where}: {floor} is no floor")
            continue
        for number, bracket, name in includes(path.read_text()):
            why = fault(floor, bracket, name)
            if why:
                faults.append(f"{where}:{number}: {why}")
        chain = floor in KEYLESS and keyed_path(path, set())
        if chain:
            faults.append(f"{where}: reaches a key: {' > '.join(chain)}")
    for path in sources("include"):
        for number, bracket, name in includes(path.read_text()):
            why = public_header_fault(bracket, name)
            if why:
                faults.append(f"{path.relative_to(ROOT)}:{number}: {why}")
    return faults


def check_checker():
    """The test must be able to fail."""
    for floor, bracket, name in [
        ("base", '"', "os/file.h"),
        ("vault", '"', "crypto/aead.h"),
        ("vault", '"', "objset/dnode.h"),
        ("dataset", '"', "replicate/sender.h"),
        ("transport", '"', "stream/record.h"),
        ("replicate", '"', "dataset/volume.h"),
        ("serve", '"', "replicate/sender.h"),
        ("dataset", '"', "serve/snapshot_tree.h"),
        ("cli", '"', "vault/vault.h"),
        ("stream", '"', "record.h"),
        ("vault", "<", "openssl/evp.h"),
        ("stream", "<", "unistd.h"),
        ("base", "<", "sealift/unheard_of.h"),
    ]:
        assert fault(floor, bracket, name), f"{floor} may include {name}?"
    for floor, bracket, name in [
        ("vault", '"', "os/file.h"),
        ("stream", '"', "crypto/fletcher4.h"),
        ("replicate", "<", "sealift/error.h"),
        ("crypto", "<", "openssl/evp.h"),
        ("os", "<", "sys/stat.h"),
        ("base", "<", "vector"),
    ]:
        assert fault(floor, bracket, name) is None, f"{floor} may not include {name}?"
    assert public_header_fault("<", "fmt/core.h") and public_header_fault('"', "base/bytes.h")


check_checker()
found = check_tree()
print("\n".join(found) or f"{sum(1 for _ in sources('src', 'include'))} files keep to the plan")
sys.exit(1 if found else 0)
