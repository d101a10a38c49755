#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Says what a mounted snapshot or a volume holds, as JSON, so that two can be compared.

    manifest.py PATH          PATH: a directory, or a block device

Contents are hashed by their data alone: offsets and bytes of the 4 KiB pages
that are not zero. So a file of a terabyte with two pages costs two pages, and a
hole equals zeros. A volume's device may come some time after the volume: it is
waited for.
"""
import hashlib
import json
import os
import stat
import sys
import time

PAGE = 4096


def content(path):
    digest = hashlib.sha256()
    with open(path, "rb", buffering=0) as f:
        size = os.lseek(f.fileno(), 0, os.SEEK_END)
        at = 0
        while at < size:
            try:
                at = os.lseek(f.fileno(), at, os.SEEK_DATA)
            except OSError:
                break
            at -= at % PAGE
            os.lseek(f.fileno(), at, os.SEEK_SET)
            chunk = f.read(1 << 20)
            pages = range(0, len(chunk), PAGE) if chunk.count(0) != len(chunk) else ()
            for i in pages:
                page = chunk[i : i + PAGE]
                if page.count(0) != len(page):
                    digest.update(b"%d:" % (at + i) + page)
            at += max(len(chunk), 1)
    return size, digest.hexdigest()


def entry(path, top):
    st = os.lstat(path)
    # The top of a mounted snapshot has a made-up inode number.
    e = dict(ino=0 if path == top else st.st_ino, mode=oct(st.st_mode), nlink=st.st_nlink,
             uid=st.st_uid, gid=st.st_gid, mtime_ns=st.st_mtime_ns)
    if stat.S_ISREG(st.st_mode):
        e["size"], e["sha256"] = content(path)
    if stat.S_ISLNK(st.st_mode):
        try:
            e["target"] = os.readlink(path)
        except OSError as x:
            e["error"] = x.strerror
    if stat.S_ISREG(st.st_mode) or stat.S_ISDIR(st.st_mode):
        xattrs = {n: hashlib.sha256(os.getxattr(path, n)).hexdigest() for n in sorted(os.listxattr(path))}
        if xattrs:
            e["xattrs"] = xattrs
    return e


def main(top):
    for _ in range(300 if top.startswith("/dev/") else 0):
        if os.path.exists(top):
            break
        time.sleep(0.1)
    if not os.path.isdir(top):
        size, digest = content(top)
        return {"volume": dict(size=size, sha256=digest)}
    found = {".": entry(top, top)}
    for base, dirs, files in os.walk(top):
        for name in dirs + files:
            path = os.path.join(base, name)
            found[os.path.relpath(path, top)] = entry(path, top)
    return found


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    json.dump(main(sys.argv[1]), sys.stdout, indent=0, sort_keys=True)
    print()
