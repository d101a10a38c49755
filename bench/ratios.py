#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times sealift against peers and physical limits, and prints ratios.

    bench/ratios.py BUILD [--work DIR] [--runs N] [--gib N] [--only NAME]... [--zstream PATH]

BUILD is a release build with -DSEALIFT_BENCH=ON. Each ratio is the median of N pairs of runs,
first one of ours, then one of the peer's. Above 1 we are faster. Absolute times mean
nothing on another machine and are not printed. Exit status 1: a ratio misses its bar.
"""
import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import time

args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
args.add_argument('build')
args.add_argument('--work', default='/var/tmp/sealift-bench')
args.add_argument('--runs', type=int, default=5)
args.add_argument('--gib', type=float, default=2)
args.add_argument('--only', action='append')
args.add_argument('--zstream', default=shutil.which('zstream'))
args = args.parse_args()

BUILD = os.path.abspath(args.build)
WORK = os.path.abspath(args.work)
SEALIFT = os.path.join(BUILD, 'sealift')
failed = False


def path(name):
    return os.path.join(WORK, name)


def run(command):
    """Runs a shell command, returns its wall-clock seconds; any failure ends the benchmark."""
    start = time.monotonic()
    subprocess.run(['bash', '-c', 'set -o pipefail; ' + command], check=True,
                   stdout=subprocess.DEVNULL)
    return time.monotonic() - start


def quietly(command):
    return subprocess.run(['bash', '-c', command], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode


def report(name, value, bar, unit=''):
    global failed
    word = 'ok' if bar is None or (value <= -bar if bar < 0 else value >= bar) else 'MISSED'
    failed = failed or word == 'MISSED'
    limit = '' if bar is None else f"{'at most' if bar < 0 else 'at least'} {abs(bar):g}{unit}"
    print(f'{name:<58} {value:8.3f}{unit}   {limit:<18} {word}', flush=True)


def paired(ours, peer, reset='true'):
    """Median of peer's time divided by ours."""
    ratios = []
    for _ in range(args.runs):
        run(reset)
        mine = run(ours)
        ratios.append(run(peer) / mine)
    return statistics.median(ratios)


def rate(command, size, reset='true'):
    """Median bytes a second."""
    rates = []
    for _ in range(args.runs):
        run(reset)
        rates.append(size / run(command))
    return statistics.median(rates)


def stream(name, record, blocks, per_mille=''):
    """Makes a stream if it is not there, and reads it once, so that it is in the page cache."""
    file = path(name)
    if not os.path.exists(file):
        run(f'{BUILD}/bench/make_stream {record} {blocks} {per_mille} > {file}.new && mv {file}.new {file}')
    run(f'cat {file} > /dev/null')
    return file


def fresh_vault(name, checksum='sha256'):
    directory = path(name)
    return f'rm -rf {directory} && {SEALIFT} init tank --dir {directory} --checksum {checksum}'


def openssl_rate(algorithm):
    out = subprocess.run(['openssl', 'speed', '-seconds', '2', '-bytes', '131072', '-evp', algorithm],
                         check=True, capture_output=True, text=True).stdout
    return float(re.findall(r'([0-9.]+)k\s*$', out, re.M)[-1]) * 1000


def blocks_of(record):
    return int(args.gib * (1 << 30)) // record


def bench_verify():
    if not args.zstream:
        print('verify: no zstream here (Debian: zfsutils-linux, contrib); give --zstream')
        return
    large = stream('full-128k.zfs', 131072, blocks_of(131072))
    small = stream('full-4k.zfs', 4096, blocks_of(4096))
    report('stream verify / zstream dump, 128 KiB records',
           paired(f'{SEALIFT} stream verify {large}', f'{args.zstream} dump < {large}'), 0.8)
    report('stream verify / zstream dump -v, 4 KiB records',
           paired(f'{SEALIFT} stream verify {small}', f'{args.zstream} dump -v < {small}'), 1.5)


def bench_receive():
    file = stream('full-128k.zfs', 131072, blocks_of(131072))
    size = os.path.getsize(file)
    dd = f'dd if={file} of={path("copy")} bs=1M conv=fdatasync status=none'
    sha = openssl_rate('sha256')
    for checksum in 'sha256', 'fletcher4':
        reset = f'rm -f {path("copy")} && sync && ' + fresh_vault('v', checksum)
        receive = f'{SEALIFT} --vault {path("v")} receive tank/big < {file}'
        ours = rate(receive, size, reset)
        limit = rate(dd, size, reset)
        report(f'receive / dd conv=fdatasync, {checksum} vault', ours / limit,
               0.7 if checksum == 'fletcher4' or 0.7 * limit < 0.6 * sha else None)
        if checksum == 'sha256':
            report("receive / one core's SHA-256", ours / sha, 0.6 if 0.6 * sha <= 0.7 * limit else None)
    shutil.rmtree(path('v'))


def bench_send():
    file = stream('full-128k.zfs', 131072, blocks_of(131072))
    size = os.path.getsize(file)
    for checksum in 'sha256', 'fletcher4':
        run(fresh_vault('v', checksum) + f' && {SEALIFT} --vault {path("v")} receive tank/big < {file}')
        send = f'{SEALIFT} --vault {path("v")} send -w tank/big@s1 | cat > /dev/null'
        if checksum == 'sha256':
            report("send to a pipe / one core's SHA-256", rate(send, size) / openssl_rate('sha256'), 0.8)
        else:
            report('send to a pipe / cat to a pipe, fletcher4 vault',
                   paired(send, f'cat {file} | cat > /dev/null'), 0.5)
        one_flipped_bit(checksum)
    shutil.rmtree(path('v'))


def one_flipped_bit(checksum):
    """The very command that was timed must refuse a vault in which one bit was flipped."""
    segments = []
    for base, _, names in os.walk(path('v')):
        segments += [os.path.join(base, n) for n in names]
    victim = max(segments, key=os.path.getsize)
    with open(victim, 'r+b') as f:
        f.seek(os.path.getsize(victim) // 2)
        byte = f.read(1)
        f.seek(-1, 1)
        f.write(bytes([byte[0] ^ 4]))
    status = quietly(f'set -o pipefail; {SEALIFT} --vault {path("v")} send -w tank/big@s1 | cat')
    report(f'send refuses a vault with one flipped bit, {checksum}', float(status != 0), 1)


def bench_increment():
    for record, bar in (131072, 0.03), (4096, 0.06):
        full = stream(f'inc-{record}.zfs', record, 100000)
        increment = stream(f'inc-{record}-1.zfs', record, 100000, 10)
        run(fresh_vault('v') + ''.join(
            f' && {SEALIFT} --vault {path("v")} receive tank/big < {f}' for f in (full, increment)))
        send = f'{SEALIFT} --vault {path("v")} send -w'
        run(f'{send} tank/big@s2 | cat > /dev/null')
        share = 1 / paired(f'{send} -i @s1 tank/big@s2 | cat > /dev/null',
                           f'{send} tank/big@s2 | cat > /dev/null')
        report(f'send 1 % changed of 100,000 blocks / full, {record} bytes', share, -bar)
        shutil.rmtree(path('v'))


def peak_mib(command):
    """Most memory that the one process of `command` ever held."""
    child = subprocess.Popen(['bash', '-c', 'exec ' + command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        raise subprocess.CalledProcessError(status, command)
    return usage.ru_maxrss / 1024


def bench_memory():
    file = stream('full-4k.zfs', 4096, blocks_of(4096))
    run(fresh_vault('v'))
    vault = f'{SEALIFT} --vault {path("v")}'
    for name, command in (('stream verify', f'{SEALIFT} stream verify {file}'),
                          ('receive', f'{vault} receive tank/big < {file}'),
                          ('send', f'{vault} send -w tank/big@s1')):
        report(f'peak memory of {name}, MiB', peak_mib(command), -256)
    shutil.rmtree(path('v'))


def bench_catalog():
    run(fresh_vault('v') + ' && ' + fresh_vault('empty'))
    run(f'{BUILD}/bench/make_catalog {path("v")} 1000 100')
    sealift = f'{SEALIFT} --vault {path("v")}'
    times = lambda command: statistics.median(run(command) for _ in range(args.runs))
    report('open a vault of 100,000 snapshots, seconds', times(f'{sealift} list -H -o name tank'), -0.1)
    report('list -r -t all of it, seconds', times(f'{sealift} list -r -t all tank'), -1)
    counter = iter(range(1000000))
    ratios = []
    for _ in range(max(args.runs, 9)):
        n = next(counter)
        mine = run(f'{sealift} create tank/n{n}')
        ratios.append(mine / run(f'{SEALIFT} --vault {path("empty")} create tank/n{n}'))
    report('a commit into it / a commit into an empty vault', statistics.median(ratios), -2)
    shutil.rmtree(path('v'))
    shutil.rmtree(path('empty'))


os.makedirs(WORK, exist_ok=True)
for name in 'verify', 'receive', 'send', 'increment', 'memory', 'catalog':
    if not args.only or name in args.only:
        globals()['bench_' + name]()
sys.exit(failed)
