#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times put, restore and a raw send against restic, borg and cp, and prints ratios.

    bench/backup.py BUILD [--work DIR] [--runs N] [--from DIR] [--mib N] [--only NAME]...

BUILD is a release build. The trees are copied from files under DIR, /usr where nothing is said,
each content once: `large` has files of 1 MiB and more, `small` those below 64 KiB; of each at most
N MiB. In every round each program stores the tree, stores it again with 1 % changed, and restores
it, encrypted and with zstd of its usual level; the programs take turns in who is first. Above 1 we
are faster. The trees are in the page cache. Exit status 1: something misses its bar.
"""
import hashlib
import os
import random
import shutil
import statistics
import subprocess

from measure import Bench, arguments, run, turned

args = arguments(__doc__)
args.add_argument('--from', dest='source', default='/usr')
args.add_argument('--mib', type=int, default=1024)
args = args.parse_args()

bench = Bench(args)
path = bench.path


class Program:
    """Where a program keeps what it is given, and which command does what."""
    vault = other = ''

    def copy(self, n):
        """To the other place without opening it; nothing where the program cannot."""


class Sealift(Program):
    """A vault with one encrypted dataset, and another vault that has no key."""

    def __init__(self, compression='zstd'):
        program = bench.sealift
        self.vault, self.other = path('sealift'), path('sealift-copy')
        self.ours = f'{program} --vault {self.vault}'
        self.theirs = f'{program} --vault {self.other}'
        self.program, self.compression = program, compression

    def fresh(self):
        key = path('sealift.key')
        run(f'rm -rf {self.vault} {self.other} {key} && head -c 32 /dev/urandom > {key} && '
            f'{self.program} init site --dir {self.vault} && {self.program} init dr --dir {self.other} && '
            f'{self.ours} create -o encryption=on -o keyformat=raw -o keylocation=file://{key} '
            f'-o compression={self.compression} site/tree')

    def put(self, tree, n):
        return f'{self.ours} put {tree} site/tree && {self.ours} snapshot site/tree@{n}'

    def restore(self, n, into):
        return f'{self.ours} restore site/tree@{n}:/ {into}'

    def copy(self, n):
        return f'{self.ours} send -w site/tree@{n} | {self.theirs} receive dr/tree'


class Restic(Program):
    """A repository, and another with the same chunker; of the second format, which compresses."""

    def __init__(self):
        self.vault, self.other = path('restic'), path('restic-copy')
        self.restic = f'RESTIC_PASSWORD=secret RESTIC_CACHE_DIR={path("restic-cache")} restic -q -r {self.vault}'
        self.at_other = (f'RESTIC_PASSWORD=secret RESTIC_FROM_PASSWORD=secret RESTIC_CACHE_DIR={path("restic-cache")} '
                         f'restic -q -r {self.other}')

    def fresh(self):
        run(f'rm -rf {self.vault} {self.other} {path("restic-cache")} && {self.restic} init --repository-version 2 && '
            f'{self.at_other} init --repository-version 2 --from-repo {self.vault} --copy-chunker-params')

    def put(self, tree, n):
        return f'{self.restic} backup --tag {n} {tree}'

    def restore(self, n, into):
        return f'{self.restic} restore latest --target {into}'

    def copy(self, n):
        return f'{self.at_other} copy --from-repo {self.vault} latest'


class Borg(Program):
    """A repository whose chunks are authenticated by BLAKE2, as is quick without SHA instructions."""

    def __init__(self):
        self.vault = path('borg')
        self.borg = f'BORG_PASSPHRASE=secret BORG_BASE_DIR={path("borg-base")} borg'

    def fresh(self):
        run(f'rm -rf {self.vault} {path("borg-base")} && {self.borg} init -e repokey-blake2 {self.vault}')

    def put(self, tree, n):
        return f'{self.borg} create -C zstd,3 {self.vault}::{n} {tree}'

    def restore(self, n, into):
        return f'mkdir {into} && cd {into} && {self.borg} extract {self.vault}::{n}'


def files_below(directory):
    for base, directories, names in os.walk(directory):
        directories.sort()
        yield from (os.path.join(base, name) for name in sorted(names))


def make_tree(name, is_wanted):
    """Copies files, no content twice, and hands the tree out read once."""
    tree = path('tree-' + name)
    if not os.path.exists(tree):
        left, seen = args.mib << 20, set()
        for file in files_below(args.source):
            if os.path.islink(file) or not os.path.isfile(file):
                continue
            size = os.path.getsize(file)
            if not is_wanted(size) or size > left:
                continue
            with open(file, 'rb') as f:
                content = hashlib.sha256(f.read()).digest()
            if content in seen:
                continue
            seen.add(content)
            left -= size
            to = tree + '.new/' + os.path.relpath(file, args.source)
            os.makedirs(os.path.dirname(to), exist_ok=True)
            shutil.copy2(file, to)
        os.rename(tree + '.new', tree)
    run(f'find {tree} -type f -print0 | xargs -0 cat')
    return tree


def change(tree, n):
    """Of all bytes, each hundredth MiB, or each hundredth file, gets others that compress alike."""
    table = bytes(random.Random(n).sample(range(256), 256))
    unit, at = 1 << 20, n * (37 << 20)
    for file in files_below(tree):
        size = os.path.getsize(file)
        first = -(-at // unit)
        with open(file, 'r+b') as f:
            for mib in range(first, -(-(at + size) // unit)):
                if mib % 100 == 0:
                    f.seek(mib * unit - at)
                    bytes_there = f.read(unit)
                    f.seek(mib * unit - at)
                    f.write(bytes_there.translate(table))
        at += size if size >= unit else unit


def stored_bytes(directory):
    return int(subprocess.run(['du', '-sB1', directory], check=True, capture_output=True,
                              text=True).stdout.split()[0])


def available():
    """Ours, and which of the others are here."""
    peers = [each for each in (Restic, Borg) if shutil.which(each.__name__.lower())]
    for each in {Restic, Borg} - set(peers):
        print(f'{each.__name__.lower()} is not here')
    return [Sealift()] + [each() for each in peers]


def compare(name, tree, size_limit):
    programs = available()
    seconds = {}
    out = path('out')

    def time_each(what, n, command_of, before='sync'):
        for program in turned(programs, n):
            command = command_of(program)
            if command:
                run(before)
                seconds.setdefault((what, type(program)), []).append(run(command))

    for n in range(args.runs):
        for program in programs:
            program.fresh()
        time_each('first put', n, lambda program: program.put(tree, 'a'))
        change(tree, n)
        time_each('second put, 1 % changed', n, lambda program: program.put(tree, 'b'))
        time_each('restore', n, lambda program: program.restore('b', out), f'rm -rf {out} && sync')
        time_each('raw send and receive', n, lambda program: program.copy('b'))
    subprocess.run(['rm', '-rf', out], check=True)
    for what, program in seconds:
        if program is Sealift:
            continue
        ratios = [theirs / ours for theirs, ours in zip(seconds[what, program], seconds[what, Sealift])]
        bench.report(f"{name}: {what} / {program.__name__.lower()}'s", statistics.median(ratios), 1)
    for program in programs[1:]:
        bar = -size_limit if isinstance(program, Restic) else None
        bench.report(f'{name}: bytes stored / {type(program).__name__.lower()}',
                     stored_bytes(programs[0].vault) / stored_bytes(program.vault), bar)
    for program in programs:
        run(f'rm -rf {program.vault} {program.other}')


def bench_large():
    compare('files of 1 MiB and more', make_tree('large', lambda size: size >= 1 << 20), 1.10)


def bench_small():
    compare('files below 64 KiB', make_tree('small', lambda size: 0 < size < 64 << 10), 1.25)


def bench_file():
    """One file of incompressible bytes, not compressed."""
    directory, copy = path('tree-file'), path('copy')
    os.makedirs(directory, exist_ok=True)
    file = os.path.join(directory, 'file')
    if not os.path.exists(file):
        run(f'head -c {2 * args.mib}M /dev/urandom > {file}')
    run(f'cat {file}')
    sealift = Sealift('off')

    def put():
        sealift.fresh()
        run('sync')
        return run(f'{sealift.ours} put {directory} site/tree')

    def cp():
        run(f'rm -f {copy} && sync')
        return run(f'cp {file} {copy} && sync')

    ratio, = bench.paired(put, cp)
    bench.report('put of one large file / cp and sync', ratio, 0.5)
    run(f'rm -rf {copy} {sealift.vault} {sealift.other}')


bench.run_all(bench_large, bench_small, bench_file)
