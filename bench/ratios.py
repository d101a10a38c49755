#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times sealift against peers and physical limits, and prints ratios.

    bench/ratios.py BUILD [--work DIR] [--runs N] [--gib N] [--only NAME]... [--zstream PATH]

BUILD is a release build with -DSEALIFT_BENCH=ON. Each ratio is the median of N rounds in which
ours and the peers' are run in turn. Above 1 we are faster. What is read is in the page cache; a
peer that is SHA-256 is OpenSSL's on one core. Exit status 1: something misses its bar.
"""
import os
import re
import shutil
import statistics
import subprocess

from measure import Bench, arguments, peak_mib, quietly, run

args = arguments(__doc__)
args.add_argument('--gib', type=float, default=2)
args.add_argument('--zstream', default=shutil.which('zstream'))
args = args.parse_args()

bench = Bench(args)
path, paired, report = bench.path, bench.paired, bench.report
BUILD, SEALIFT = bench.build, bench.sealift


def openssl_time(algorithm, size):
    """Seconds that one core takes for so many bytes, as OpenSSL itself measures it."""
    def measure():
        out = subprocess.run(['openssl', 'speed', '-seconds', '1', '-bytes', '131072', '-evp', algorithm],
                             check=True, capture_output=True, text=True).stdout
        return size / (float(re.findall(r'([0-9.]+)k\s*$', out, re.M)[-1]) * 1000)
    return measure


def sha256_time(size):
    return openssl_time('sha256', size)


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


def blocks_of(record):
    return int(args.gib * (1 << 30)) // record


def bench_verify():
    if not args.zstream:
        print('verify: no zstream here (Debian: zfsutils-linux, contrib); give --zstream')
        return
    large = stream('full-128k.zfs', 131072, blocks_of(131072))
    small = stream('full-4k.zfs', 4096, blocks_of(4096))
    for file, option, size, bar in (large, '', '128', 0.8), (small, '-v', '4', 1.5):
        verify = f'{SEALIFT} stream verify {file}'
        ratio, = paired(verify, f'{args.zstream} dump {option} < {file}')
        report(f'stream verify / zstream dump {option}, {size} KiB records', ratio, bar)
        refuses_one_flipped_bit(f'stream verify, {size} KiB records', verify, file)


def bench_receive():
    file = stream('full-128k.zfs', 131072, blocks_of(131072))
    dd = f'sync; dd if={file} of={path("copy")} bs=1M conv=fdatasync status=none'
    for checksum in 'sha256', 'fletcher4':
        reset = f'rm -f {path("copy")} && ' + fresh_vault('v', checksum) + ' && sync'
        receive = f'{SEALIFT} --vault {path("v")} receive tank/big < {file}'
        disk, sha = paired(receive, dd, sha256_time(os.path.getsize(file)), reset=reset)
        report(f'receive / dd conv=fdatasync, {checksum} vault', disk,
               0.7 if checksum == 'fletcher4' else None)
        if checksum == 'sha256':
            report("receive / one core's SHA-256, sha256 vault", sha, None)
            report('receive / the lesser of 0.7 dd and 0.6 SHA-256', max(disk / 0.7, sha / 0.6), 1)
    shutil.rmtree(path('v'))
    os.remove(path('copy'))


def sealed_stream(cipher):
    """The stream, and the location of its key."""
    file, key = path(f'full-{cipher}.zfs'), path(f'{cipher}.key')
    if not os.path.exists(file):
        run(f'{BUILD}/bench/make_sealed_stream {cipher} 131072 {blocks_of(131072)} {key} '
            f'> {file}.new && mv {file}.new {file}')
    run(f'cat {file} > /dev/null')
    return file, f'file://{key}'


def bench_proof():
    for cipher, limit in ('aes-256-gcm', 1.3), ('aes-256-ccm', 2):
        file, key = sealed_stream(cipher)
        size = os.path.getsize(file)
        sealift = f'{SEALIFT} --vault {path("v")}'
        receive = f'{sealift} receive {{}} tank/big < {file}'
        fresh = fresh_vault('v')
        def timed(how):
            """A fresh vault each: to make and to remove it is not counted."""
            def measure():
                run(f'{fresh} && sync')
                return run(receive.format(how))
            return measure
        ratio, = paired(timed('--verify=never'), timed(f'--verify=always -L {key}'))
        report(f'receive with proof / without, {cipher}', ratio, -limit)
        verify = f'{sealift} verify -q -L {key} tank/big'
        own, sha = paired(verify, openssl_time(cipher, size), sha256_time(size))
        report(f"verify / one core's {cipher}", own, 0.5 if cipher.endswith('ccm') else None)
        report(f"verify / one core's SHA-256, {cipher}", sha, None)
        if cipher.endswith('gcm'):
            report('verify / the lesser of 0.5 aes-256-gcm and SHA-256', max(own / 0.5, sha), 1)
        refuses_one_flipped_bit(f'verify, {cipher}', verify, largest_file(path('v')))
        stream, = paired(f'{SEALIFT} stream verify -q -L {key} {file}', openssl_time(cipher, size))
        report(f"stream verify -L / one core's {cipher}", stream, None)
        report(f'peak memory of stream verify -L, {cipher}',
               peak_mib(f'{SEALIFT} stream verify -q -L {key} {file}'), -256, ' MiB')
    shutil.rmtree(path('v'))


def bench_send():
    file = stream('full-128k.zfs', 131072, blocks_of(131072))
    for checksum in 'sha256', 'fletcher4':
        run(fresh_vault('v', checksum) + f' && {SEALIFT} --vault {path("v")} receive tank/big < {file}')
        send = f'{SEALIFT} --vault {path("v")} send -w tank/big@s1 | cat > /dev/null'
        sha, cat = paired(send, sha256_time(os.path.getsize(file)), f'cat {file} | cat > /dev/null')
        report(f"send to a pipe / one core's SHA-256, {checksum} vault", sha,
               0.8 if checksum == 'sha256' else None)
        report(f'send to a pipe / cat to a pipe, {checksum} vault', cat,
               0.5 if checksum == 'fletcher4' else None)
        refuses_one_flipped_bit(f'send, {checksum} vault', send, largest_file(path('v')))
    shutil.rmtree(path('v'))


def largest_file(directory):
    files = [os.path.join(base, n) for base, _, names in os.walk(directory) for n in names]
    return max(files, key=os.path.getsize)


def refuses_one_flipped_bit(what, command, file):
    """The very command that was timed must refuse data in which one bit was flipped."""
    def flip():
        with open(file, 'r+b') as f:
            f.seek(os.path.getsize(file) // 2)
            byte = f.read(1)
            f.seek(-1, 1)
            f.write(bytes([byte[0] ^ 4]))
    flip()
    try:
        report(f'{what}: refuses one flipped bit', float(quietly('set -o pipefail; ' + command) != 0), 1)
    finally:
        flip()


def bench_increment():
    for record, bar in (131072, 0.03), (4096, 0.06):
        # Not through files: page cache is wanted for the vault of 13 GB, not for them.
        run(fresh_vault('v') + ''.join(
            f' && {BUILD}/bench/make_stream {record} 100000 {per_mille} | '
            f'{SEALIFT} --vault {path("v")} receive tank/big' for per_mille in ('', '10')))
        send = f'{SEALIFT} --vault {path("v")} send -w'
        run(f'{send} tank/big@s2 | cat > /dev/null')
        ratio, = paired(f'{send} -i @s1 tank/big@s2 | cat > /dev/null',
                        f'{send} tank/big@s2 | cat > /dev/null')
        report(f'send 1 % changed of 100,000 blocks / full, {record} bytes', 1 / ratio, -bar)
        shutil.rmtree(path('v'))


def odd_stream(kind):
    file = path('odd-' + kind.replace(' ', '-') + '.zfs')
    if not os.path.exists(file):
        run(f'{BUILD}/bench/make_odd_stream {kind} > {file}.new && mv {file}.new {file}')
    return file


def bench_memory():
    run(fresh_vault('v'))
    vault = f'{SEALIFT} --vault {path("v")}'
    def report_peaks(what, file, dataset=None):
        report(f'peak memory of stream verify, {what}', peak_mib(f'{SEALIFT} stream verify {file}'), -256, ' MiB')
        report(f'peak memory of receive, {what}', peak_mib(f'{vault} receive tank/{dataset} < {file}'), -256, ' MiB')
        report(f'peak memory of send, {what}', peak_mib(f'{vault} send -w tank/{dataset}@s1'), -256, ' MiB')
    report_peaks('4 KiB records', stream('full-4k.zfs', 4096, blocks_of(4096)), 'small')
    report_peaks('16 MiB records', stream('full-16m.zfs', 16 << 20, 40), 'large')
    report_peaks('2,000,000 objects', odd_stream('objects 2000000'), 'objects')
    for kind in 'list 1000 100', 'pairs 1200000', 'texts 3000000', 'properties 1100000':
        file = odd_stream(kind)
        for what, command in (('stream verify', f'{SEALIFT} stream verify {file}'),
                              ('receive', f'{vault} receive tank/odd < {file}')):
            # Refused or not: some of these are no lists that a package can have.
            report(f'peak memory of {what}, {kind}', peak_mib(command, check=False), -256, ' MiB')
    shutil.rmtree(path('v'))


def bench_catalog():
    run(fresh_vault('v') + ' && ' + fresh_vault('empty'))
    run(f'{BUILD}/bench/make_catalog {path("v")} 1000 100')
    sealift = f'{SEALIFT} --vault {path("v")}'
    times = lambda command: statistics.median(run(command) for _ in range(args.runs))
    report('open a vault of 100,000 snapshots', times(f'{sealift} list -H -o name tank'), -0.1, ' s')
    report('list -r -t all of it', times(f'{sealift} list -r -t all tank'), -1, ' s')
    counter = iter(range(1000000))
    def commits(vault):
        """Twenty in a row: one alone takes as long as the disk pleases."""
        names = ' '.join(f'tank/n{next(counter)}' for _ in range(20))
        return f'for name in {names}; do {SEALIFT} --vault {path(vault)} create $name; done'
    ratio, = paired(lambda: run(commits('v')), lambda: run(commits('empty')))
    report('a commit into it / a commit into an empty vault', 1 / ratio, -2)
    shutil.rmtree(path('v'))
    shutil.rmtree(path('empty'))


bench.run_all(bench_verify, bench_receive, bench_proof, bench_send, bench_increment, bench_memory, bench_catalog)
