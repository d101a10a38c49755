#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""random_reads.py SEED COUNT SOURCE COPY...: several threads read COPYs of SOURCE here and there,
by read, mmap and lseek, and fail where anything is not as in SOURCE."""

import mmap
import os
import random
import sys
from concurrent.futures import ThreadPoolExecutor

THREADS = 8
MAX_BYTES = 1 << 20
seed, count = int(sys.argv[1]), int(sys.argv[2])
with open(sys.argv[3], "rb") as source:
    expected = source.read()


def offset_in(chance):
    """Often at the edge of a block."""
    if chance.random() < 0.5:
        return chance.randrange(len(expected) + 4096)
    return max(0, chance.randrange(0, len(expected), 4096) + chance.randint(-2, 2))


def check(path, file, chance):
    offset, length = offset_in(chance), chance.randint(1, chance.choice([16, 5000, MAX_BYTES]))
    if chance.random() < 0.8:
        got = os.pread(file, length, offset)
    else:
        with mmap.mmap(file, 0, prot=mmap.PROT_READ) as mapped:
            got = mapped[offset:offset + length]
    if got != expected[offset:offset + length]:
        sys.exit(f"{path}: other bytes at {offset}, {length} long (seed {seed})")
    if offset < len(expected):
        hole = os.lseek(file, offset, os.SEEK_HOLE)
        try:
            data = os.lseek(file, offset, os.SEEK_DATA)
        except OSError:
            data = len(expected)
        if expected.count(0, offset, data) != max(0, data - offset):
            sys.exit(f"{path}: bytes that are no zeros in a hole at {offset} (seed {seed})")
        if not offset <= hole <= len(expected):
            sys.exit(f"{path}: a hole at {hole} (seed {seed})")


def work(number):
    chance = random.Random(seed * THREADS + number)
    path = chance.choice(sys.argv[4:])
    file = os.open(path, os.O_RDONLY)
    for _ in range(count // THREADS):
        check(path, file, chance)


with ThreadPoolExecutor(THREADS) as threads:
    for done in [threads.submit(work, number) for number in range(THREADS)]:
        done.result()
print(f"{count} reads, all as they should be")
