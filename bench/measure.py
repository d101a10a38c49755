# SPDX-License-Identifier: Apache-2.0
"""How the benchmarks run commands, compare them and tell what they saw."""
import argparse
import os
import statistics
import subprocess
import sys
import time


def run(command):
    """Runs a shell command, returns its wall-clock seconds; any failure ends the benchmark."""
    start = time.monotonic()
    subprocess.run(['bash', '-c', 'set -o pipefail; ' + command], check=True,
                   stdout=subprocess.DEVNULL)
    return time.monotonic() - start


def quietly(command):
    return subprocess.run(['bash', '-c', command], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode


def peak_mib(command, check=True):
    """Most memory that the one process of `command` ever held."""
    child = subprocess.Popen(['bash', '-c', 'exec ' + command], stdout=subprocess.DEVNULL,
                             stderr=None if check else subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if check and status != 0:
        raise subprocess.CalledProcessError(status, command)
    return usage.ru_maxrss / 1024


def arguments(doc):
    """A parser of what all benchmarks take; `doc` is their help."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('build')
    parser.add_argument('--work', default='/var/tmp/sealift-bench')
    parser.add_argument('--runs', type=int, default=5)
    parser.add_argument('--only', action='append')
    return parser


class Bench:
    """So many rounds of each comparison; `args` are those of arguments()."""

    def __init__(self, args):
        self.rounds, self.only = args.runs, args.only
        self.build, self.work = os.path.abspath(args.build), os.path.abspath(args.work)
        self.sealift = os.path.join(self.build, 'sealift')
        self.missed = False

    def path(self, name):
        return os.path.join(self.work, name)

    def run_all(self, *benches):
        """Runs those that are wanted, and ends the program: with status 1 if a bar was missed."""
        os.makedirs(self.work, exist_ok=True)
        for each in benches:
            if not self.only or each.__name__.removeprefix('bench_') in self.only:
                each()
        sys.exit(self.missed)

    def report(self, name, value, bar, unit=''):
        """One line. A negative bar is an upper limit; None is for information."""
        word = '' if bar is None else 'ok' if (value <= -bar if bar < 0 else value >= bar) else 'MISSED'
        self.missed = self.missed or word == 'MISSED'
        limit = '' if bar is None else f"{'at most' if bar < 0 else 'at least'} {abs(bar):g}{unit}"
        print(f'{name:<58} {value:8.3f}{unit}   {limit:<18} {word}', flush=True)

    def paired(self, ours, *peers, reset='true'):
        """The medians of each peer's time divided by ours. All are run in turn, and each time in
        another order: what one leaves behind in caches and on the disk meets another."""
        ratios = [[] for _ in peers]
        for n in range(self.rounds):
            run(reset)
            order = turned(enumerate((ours,) + peers), n)
            seconds = {i: each() if callable(each) else run(each) for i, each in order}
            for i, _ in enumerate(peers):
                ratios[i].append(seconds[i + 1] / seconds[0])
        return [statistics.median(each) for each in ratios]


def turned(things, n):
    """The same things in the nth of the orders that begin each with another one."""
    things = list(things)
    n %= len(things)
    return things[n:] + things[:n]
