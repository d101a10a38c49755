#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what `sealift diff -H -h` says (standard input) with the manifests of both snapshots.

    diffed.py EARLIER LATER

What the manifests show to be new, gone, renamed or changed must be told of, and a file that is
told to be new must be so. They do not show all: not the time at which an attribute changed.
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import restored


def by_path(manifest):
    return {"/" + ("" if name == "." else name): entry for name, entry in manifest.items()}


def main(earlier, later):
    old, new = by_path(restored.read_manifest(earlier)), by_path(restored.read_manifest(later))
    added, removed, renamed, changed = set(), set(), {}, set()
    for line in sys.stdin.read().splitlines():
        kind, path, *more = line.split("\t")
        if kind == "+":
            added.add(path)
        elif kind == "-":
            removed.add(path)
        elif kind == "R":
            renamed[path] = more[0]
        else:
            changed.add(path)
    linked = {e["ino"] for m in (old, new) for e in m.values() if e["nlink"] > 1}
    bad = []

    def explained(path, entry, told):
        return path in told or entry["ino"] in linked or any(
            path.startswith(top + "/") for pair in renamed.items() for top in pair)

    for path in new.keys() - old.keys():
        if not explained(path, new[path], added | set(renamed.values())):
            bad.append(f"not told to be new: {path}")
    for path in old.keys() - new.keys():
        if not explained(path, old[path], removed | renamed.keys()):
            bad.append(f"not told to be gone: {path}")
    for path in old.keys() & new.keys():
        if old[path] != new[path] and not explained(path, new[path], changed | added | set(renamed.values())):
            bad.append(f"not told to be changed: {path}")
    bad += [f"is not new: {p}" for p in added - removed if p not in new or p in old and old[p] == new[p]]
    bad += [f"is not gone: {p}" for p in removed - added if p not in old or p in new and old[p] == new[p]]
    bad += [f"was not renamed: {a} to {b}" for a, b in renamed.items() if a not in old or b not in new]
    count = len(added) + len(removed) + len(renamed) + len(changed)
    print("\n".join(bad) or f"{count} differences")
    return 1 if bad else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
