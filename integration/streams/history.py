#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One step of a random history of a file system or a volume.

    history.py fs DIR SEED STEP [BUDGET_KIB]
    history.py vol DEVICE SEED STEP [BUDGET_KIB]

What a step does depends on SEED, STEP and what it finds, so a history is
repeated by its seed alone. BUDGET_KIB (default 300) bounds what a step writes
of data that cannot be compressed.
"""
import ctypes
import os
import random
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
PUNCH_HOLE = 3  # FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE
FAR = [3 << 20, 40 << 20, 300 << 20, 5 << 30, 1 << 40]


class Data:
    """Bytes of mixed compressibility, until the budget is used up; then text."""

    def __init__(self, rng, budget):
        self.rng, self.left = rng, budget

    def get(self, size):
        out = bytearray()
        while len(out) < size:
            n = min(size - len(out), self.rng.choice([512, 4096, 20000, 131072]))
            kind = self.rng.random()
            if kind < 0.45 and self.left > n:
                out += self.rng.randbytes(n)
                self.left -= n
            elif kind < 0.8:
                word = b"%x " % self.rng.getrandbits(40)
                out += (word * (n // len(word) + 1))[:n]
            else:
                out += bytes(n)
        return bytes(out)


class History:
    def __init__(self, top, rng, budget):
        self.rng, self.data = rng, Data(rng, budget)
        os.chdir(top)

    # --- what is there -----------------------------------------------------
    def files(self):
        found = []
        for base, dirs, names in os.walk("."):
            dirs[:] = sorted(d for d in dirs if not os.path.ismount(os.path.join(base, d)))
            for name in sorted(names):
                path = os.path.join(base, name)
                if os.path.isfile(path) and not os.path.islink(path):
                    found.append(path)
        return found

    def dirs(self):
        """Those at the top, but for other file systems mounted there."""
        return sorted(n for n in os.listdir(".") if os.path.isdir(n) and not os.path.ismount(n))

    def pick(self, large=False):
        paths = self.files()
        if large:
            paths = [p for p in paths if os.path.getsize(p) > 4096] or paths
        return self.rng.choice(paths)

    def fresh(self, where="."):
        return os.path.join(where, "n%x" % self.rng.getrandbits(48))

    def length(self):
        """Lengths at and around borders of blocks, and anything between."""
        if self.rng.random() < 0.5:
            return self.rng.randrange(1, 3000)
        unit = self.rng.choice([512, 4096, 16384, 131072])
        return max(1, unit * self.rng.randrange(1, 6) + self.rng.choice([-1, 0, 1, 77]))

    # --- what may happen -----------------------------------------------------
    def create(self):
        with open(self.fresh(), "wb") as f:
            f.write(self.data.get(self.length()))

    def overwrite(self):
        path = self.pick(large=True)
        with open(path, "r+b") as f:
            f.seek(self.rng.randrange(0, min(os.path.getsize(path), 8 << 20) + 1))
            f.write(self.data.get(self.length()))

    def append(self):
        with open(self.pick(), "ab") as f:
            if f.tell() < 1 << 20:
                f.write(self.data.get(self.length()))

    def far(self):
        path = self.pick()
        with open(path, "r+b") as f:
            f.seek(self.rng.choice(FAR) + self.rng.randrange(0, 1 << 20))
            f.write(self.data.get(self.rng.randrange(1, 6000)))

    def truncate(self):
        path = self.pick(large=True)
        size = os.path.getsize(path)
        os.truncate(path, self.rng.choice([0, size // 2, size - size % 4096, max(0, size - 1)]))

    def extend(self):
        path = self.pick()
        os.truncate(path, os.path.getsize(path) + self.rng.choice([1, 4096, 200000, 30 << 20]))

    def punch(self):
        path = self.pick(large=True)
        size = min(os.path.getsize(path), 8 << 20)
        start = self.rng.randrange(0, size + 1)
        if self.rng.random() < 0.6:
            start -= start % 4096
        length = self.rng.choice([1000, 4096, 16384, 131072, 1 << 20, 1 << 31])
        with open(path, "r+b") as f:
            LIBC.fallocate(f.fileno(), PUNCH_HOLE, ctypes.c_long(start), ctypes.c_long(length))

    def refill(self):
        """Writes over a range and punches it again: a hole with a later birth."""
        path = self.pick(large=True)
        with open(path, "r+b") as f:
            f.write(self.data.get(8192))
            f.flush()
            os.fsync(f.fileno())
            LIBC.fallocate(f.fileno(), PUNCH_HOLE, ctypes.c_long(0), ctypes.c_long(8192))

    def delete(self):
        paths = self.files()
        if len(paths) > 20:
            os.unlink(self.rng.choice(paths))

    def delete_run(self):
        """Frees a run of neighbouring object numbers, often a whole block of dnodes."""
        paths = sorted(self.files(), key=lambda p: os.stat(p).st_ino)
        if len(paths) < 110:
            return
        first = self.rng.randrange(0, len(paths) - 70)
        for path in paths[first : first + self.rng.randrange(35, 70)]:
            os.unlink(path)

    def recreate(self):
        """Frees objects and makes others at once: numbers come back with other block sizes."""
        paths = self.files()
        for path in self.rng.sample(paths, min(6, len(paths) // 4)):
            os.unlink(path)
        for _ in range(6):
            self.create()

    def crowd(self):
        where = self.fresh()
        os.mkdir(where)
        for _ in range(self.rng.randrange(20, 50)):
            with open(self.fresh(where), "wb") as f:
                f.write(self.data.get(self.rng.choice([0, 1, 60, 112, 113, 700])))

    def rename(self):
        os.rename(self.pick(), self.fresh())

    def link(self):
        os.link(self.pick(), self.fresh())

    def symlink(self):
        os.symlink("t" * self.rng.choice([1, 50, 190, 900]), self.fresh())

    def remove_symlink(self):
        links = sorted(n for n in os.listdir(".") if os.path.islink(n))
        if links:
            os.unlink(self.rng.choice(links))

    def special(self):
        os.mkfifo(self.fresh())

    def mode(self):
        path = self.pick()
        os.chmod(path, self.rng.choice([0o600, 0o644, 0o4755]))
        os.chown(path, self.rng.randrange(0, 4), self.rng.randrange(0, 4))

    def set_xattr(self):
        """Into the bonus buffer, a spill block, or a hidden directory, as it fits."""
        path = self.pick()
        if self.rng.random() < 0.6:  # of one that has some: spill blocks change and go
            path = self.rng.choice([p for p in self.files() if os.listxattr(p)] or [path])
        size = self.rng.choice([1, 20, 100, 300, 300, 900, 3000, 20000, 50000])
        os.setxattr(path, "user.a%d" % self.rng.randrange(3), self.data.get(size))

    def remove_xattr(self):
        for path in self.files():
            names = sorted(os.listxattr(path))
            if names and self.rng.random() < 0.4:
                os.removexattr(path, self.rng.choice(names))

    def grow_directory(self):
        """Long names: the directory's block soon becomes a fat ZAP."""
        dirs = self.dirs()
        if not dirs or self.rng.random() < 0.4:
            where = self.fresh()
            os.mkdir(where)
        else:
            where = self.rng.choice(dirs)
        target = self.pick()
        for _ in range(self.rng.choice([1, 5, 90])):
            os.link(target, self.fresh(where) + "-" * self.rng.choice([0, 60, 200]))

    def shrink_directory(self):
        dirs = self.dirs()
        if not dirs:
            return
        where = self.rng.choice(dirs)
        for name in sorted(os.listdir(where)):
            path = os.path.join(where, name)
            if not os.path.isdir(path) and self.rng.random() < 0.8 and len(self.files()) > 20:
                os.unlink(path)
        if not os.listdir(where):
            os.rmdir(where)

    # --- a step ----------------------------------------------------------------
    def begin(self):
        """The first state holds one of each kind, whatever the dice say."""
        for where in ("many", "tree", "tree/sub"):
            os.mkdir(where)
        for i in range(130):
            with open("many/f%03d" % i, "wb") as f:
                f.write(self.data.get(i * 5))
        with open("big", "wb") as f:
            f.write(self.data.get(700000))
        with open("sparse", "wb") as f:
            f.write(b"start")
            f.truncate(1 << 20)
        with open("empty", "wb"):
            pass
        for op in (self.create, self.symlink, self.special, self.far, self.set_xattr, self.set_xattr):
            for _ in range(3):
                op()

    def step(self, number):
        if number == 1:
            self.begin()
        ops = [
            (6, self.create), (6, self.overwrite), (4, self.append), (2, self.far),
            (3, self.truncate), (2, self.extend), (4, self.punch), (2, self.refill),
            (4, self.delete), (2, self.delete_run), (2, self.recreate), (2, self.crowd),
            (2, self.rename), (1, self.link), (2, self.symlink), (1, self.remove_symlink),
            (1, self.special), (2, self.mode), (6, self.set_xattr), (2, self.remove_xattr),
            (2, self.grow_directory), (1, self.shrink_directory),
        ]
        weights = [w for w, _ in ops]
        for _ in range(self.rng.randrange(12, 30)):
            self.rng.choices(ops, weights)[0][1]()


def volume_step(device, rng, budget):
    data = Data(rng, budget)
    with open(device, "r+b") as f:
        size = f.seek(0, os.SEEK_END)
        near = min(size, 6 << 20)
        for _ in range(rng.randrange(10, 25)):
            where = rng.randrange(0, near)
            if rng.random() < 0.1:
                where = rng.randrange(0, size - (1 << 20))
            length = rng.choice([512, 4096, 8192, 65536, 150000])
            f.seek(where - where % 512)
            if rng.random() < 0.3:  # discarded ranges become holes
                length += rng.choice([0, 1 << 18])
                f.flush()
                start = f.tell()
                LIBC.fallocate(f.fileno(), PUNCH_HOLE, ctypes.c_long(start), ctypes.c_long(length - length % 512))
            else:
                f.write(data.get(length - length % 512))
        f.seek(size - 4096)
        f.write(data.get(4096))
        f.flush()
        os.fsync(f.fileno())


def main(kind, where, seed, number, budget="300"):
    rng = random.Random("%s/%s" % (seed, number))
    if kind == "vol":
        volume_step(where, rng, int(budget) << 10)
    else:
        History(where, rng, int(budget) << 10).step(int(number))


if __name__ == "__main__":
    if len(sys.argv) not in (5, 6) or sys.argv[1] not in ("fs", "vol"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
