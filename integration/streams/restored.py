#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what was restored with the manifest that ZFS made of the snapshot.

    restored.py MANIFEST DIRECTORY [FAULTS]

MANIFEST: X.manifest.json, of manifest.py, or of the same with whole files hashed and
extended attributes in full; one that is packed is unpacked with zstd. FAULTS: what the
restore said on standard error. An extended attribute may be missing where that says so:
not every file system takes as much as ZFS. Inode numbers are not compared, and links of
directories neither.
"""
import hashlib
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import manifest


def read_manifest(path):
    if path.endswith(".zst"):
        return json.loads(subprocess.run(["zstd", "-dc", path], stdout=subprocess.PIPE, check=True).stdout)
    return json.loads(Path(path).read_text())


def whole(path):
    digest = hashlib.sha256()
    with open(path, "rb") as f:
        while chunk := f.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def told_by(path, expected):
    """The entry of `path`, as the manifest tells of contents and extended attributes."""
    entry = manifest.entry(path, None)
    if "sha256" in entry and entry["sha256"] != expected.get("sha256"):
        entry["sha256"] = whole(path)
    for name, value in entry.get("xattrs", {}).items():
        if expected.get("xattrs", {}).get(name) != value:
            entry["xattrs"][name] = os.getxattr(path, name).hex()
    # What the system that restores gives files on its own.
    extra = [n for n in entry.get("xattrs", {}) if n not in expected.get("xattrs", {}) and n.startswith("security.")]
    for name in extra:
        del entry["xattrs"][name]
    for empty in [k for k, v in entry.items() if v == {}]:
        del entry[empty]
    return entry


def comparable(entry, faults):
    entry = dict(entry)
    entry.pop("ino")
    if stat.S_ISDIR(int(entry["mode"], 8)):
        entry.pop("nlink")
    if os.geteuid() != 0:
        entry.pop("uid")
        entry.pop("gid")
    kept = {n: v for n, v in entry.pop("xattrs", {}).items() if n not in faults}
    return entry | ({"xattrs": kept} if kept else {})


def main(expected_path, top, faults_path=None):
    faults = {}
    if faults_path:
        for line in Path(faults_path).read_text().splitlines():
            match = re.match(r"sealift: error: (.*): cannot set (\S+): ", line)
            if match:
                faults.setdefault(match[1], set()).add(match[2])
    expected = read_manifest(expected_path)
    found = {"."} | {
        os.path.relpath(os.path.join(base, name), top)
        for base, dirs, files in os.walk(top)
        for name in dirs + files
    }
    # What is told of a file's first name holds for all of them.
    by_inode = {expected[n]["ino"]: why for n, why in faults.items() if n in expected}
    bad = [f"missing: {n}" for n in expected.keys() - found] + [f"too much: {n}" for n in found - expected.keys()]
    for name in found & expected.keys():
        why = by_inode.get(expected[name]["ino"], ())
        want = comparable(expected[name], why)
        got = comparable(told_by(os.path.join(top, name), expected[name]), why)
        if want != got:
            bad.append(f"{name}:\n  ZFS had  {str(want)[:300]}\n  restored {str(got)[:300]}")
    print("\n".join(bad) or f"{len(expected)} files are what ZFS had")
    return 1 if bad else 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
