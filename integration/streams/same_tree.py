#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""same_tree.py SOURCE COPY: fails where COPY, a mounted snapshot, shows anything of a file otherwise
than SOURCE, which was put: type, permissions, owner, links, size, times, device, target, extended
attributes with ACLs, holes, contents, and which names are of the same file."""

import os
import stat
import sys
from pathlib import Path

PAGE = 4096


def tree(top):
    yield Path(".")
    for folder, folders, files in os.walk(top):
        for name in sorted(folders + files):
            yield (Path(folder) / name).relative_to(top)


def data_pages(path):
    """Numbers of the pages that are in no hole."""
    pages = set()
    with open(path, "rb", buffering=0) as file:
        end = os.fstat(file.fileno()).st_size
        at = 0
        while at < end:
            try:
                first = os.lseek(file.fileno(), at, os.SEEK_DATA)
            except OSError:  # ENXIO: only a hole follows
                break
            at = os.lseek(file.fileno(), first, os.SEEK_HOLE)
            pages.update(range(first // PAGE, (at + PAGE - 1) // PAGE))
    return pages


def told(path):
    """What is compared of any file. Sizes and links of directories are each file system's own."""
    status = os.lstat(path)
    facts = {"mode": oct(status.st_mode), "uid": status.st_uid, "gid": status.st_gid,
             "mtime": status.st_mtime_ns, "ctime": status.st_ctime_ns}
    if not stat.S_ISDIR(status.st_mode):
        facts.update(size=status.st_size, links=status.st_nlink)
    if stat.S_ISBLK(status.st_mode) or stat.S_ISCHR(status.st_mode):
        facts["device"] = status.st_rdev
    if stat.S_ISLNK(status.st_mode):
        facts["target"] = os.readlink(path)
    facts["xattrs"] = {name: os.getxattr(path, name, follow_symlinks=False)
                       for name in os.listxattr(path, follow_symlinks=False)}
    return facts


def faults(source, copy):
    names = list(tree(source))
    if set(names) != set(tree(copy)):
        yield "other names"
        return
    inodes = {}
    for name in names:
        ours, theirs = told(source / name), told(copy / name)
        for key in ours:
            if ours[key] != theirs.get(key):
                yield f"{name}: {key} is {theirs.get(key)!r}, was {ours[key]!r}"
        inode = os.lstat(source / name).st_ino, os.lstat(copy / name).st_ino
        if inodes.setdefault(inode[1], inode[0]) != inode[0]:
            yield f"{name}: the inode number of another file"
        if stat.S_ISREG(os.lstat(source / name).st_mode):
            if (source / name).read_bytes() != (copy / name).read_bytes():
                yield f"{name}: other contents"
            if not data_pages(copy / name) >= data_pages(source / name):
                # Pages of zeros are holes in the copy.
                with open(source / name, "rb") as file:
                    for page in data_pages(source / name) - data_pages(copy / name):
                        file.seek(page * PAGE)
                        if any(file.read(PAGE)):
                            yield f"{name}: data at page {page} are in a hole"
    for folder, _, _ in os.walk(copy):
        with os.scandir(folder) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                if entry.inode() != status.st_ino:
                    yield f"{entry.path}: a directory shows another inode number"
                if entry.is_dir(follow_symlinks=False) != stat.S_ISDIR(status.st_mode):
                    yield f"{entry.path}: a directory shows another type"


found = list(faults(Path(sys.argv[1]), Path(sys.argv[2])))
print("\n".join(found[:20]) or f"{sum(1 for _ in tree(sys.argv[1]))} files are the same")
sys.exit(1 if found else 0)
