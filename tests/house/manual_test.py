#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""manual_test.py SEALIFT: the manual says what the program does.

Each page passes mandoc's lint; each command has a page whose options are those
of its --help; each page lists the exit codes of the enum, and no others.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAN = ROOT / "man"
PROGRAM = sys.argv[1]
OPTION = re.compile(r"(?<![\w-])(--[a-z][\w-]*|-[A-Za-z0-9])(?![\w-])")


def run(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def help_of(*command):
    code, text = run(PROGRAM, *command, "--help")
    assert code == 0, f"sealift {' '.join(command)} --help exits with {code}:\n{text}"
    return text


def section(text, title):
    """The indented lines under the help heading `title`."""
    match = re.search(rf"^{title}:?\n((?:[ \t]+[^\n]*\n|\n)*)", text + "\n", re.M | re.I)
    return match.group(1) if match else ""


def commands(text):
    return re.findall(r"^  ([a-z][a-z-]*)\b", section(text, "(?:sub)?commands"), re.M)


def help_options(text):
    """Options that start a line: `  -v, --verbose   more`. All have --help."""
    found = set()
    for line in section(text, "options").splitlines():
        names = re.match(r"\s{1,8}(-\S+(?:[ ,]+-\S+)*)", line)
        options = OPTION.findall(names.group(1)) if names else []
        if "--help" not in options:
            found.update(options)
    return found


def man_options(text):
    """Options of the .It lines: `.It Fl v , -verbose` or `.It Fl v , Fl -verbose`."""
    found = set()
    for line in re.findall(r"^\.It Fl (.*)$", text, re.M):
        flags = re.sub(r"\b(Ar|Ns|Op|Pq|Oo|Cm|Sy)\b[^,|]*", "", line).replace("Fl", "")
        options = {"-" + flag for flag in re.findall(r"[\w-]+", flags)}
        if "--help" not in options:
            found.update(options)
    return found


def man_exit_codes(text):
    body = re.search(r"^\.Sh EXIT STATUS\n(.*?)(?=^\.Sh |\Z)", text, re.M | re.S)
    return set(map(int, re.findall(r"^\.It (?:Li )?(\d+)$", body.group(1), re.M))) if body else set()


def enum_exit_codes():
    text = (ROOT / "src/cli/exit_code.h").read_text()
    body = re.search(r"enum class ExitCode[^{]*\{(.*?)\}", text, re.S).group(1)
    return set(map(int, re.findall(r"=\s*(\d+)", body)))


def pages():
    return sorted(MAN.glob("*.[17]"))


def page_of(command):
    found = sorted(MAN.glob(f"{'-'.join(['sealift', *command])}.1"))
    return found[0] if found else None


def command_faults(command):
    text = help_of(*command)
    inner = commands(text)
    for name in inner:
        yield from command_faults([*command, name])
    page = page_of(command)
    if page is None:
        # A mere group, such as `stream`, needs none: its commands have the pages.
        if not inner or not command:
            yield f"{' '.join(['sealift', *command])} has no page in man/"
        return
    said, done = man_options(page.read_text()), help_options(text)
    for option in sorted(done - said):
        yield f"{page.name} does not tell of {option}"
    for option in sorted(said - done):
        yield f"{page.name} tells of {option}, which the command does not have"


def page_faults(page, codes):
    code, text = run("mandoc", "-T", "lint", "-W", "error", str(page))
    if code != 0:
        yield text.strip()
    source = page.read_text()
    if page.suffix == ".7":
        return
    if man_exit_codes(source) != codes:
        yield f"{page.name}: exit codes {sorted(man_exit_codes(source))}, should be {sorted(codes)}"


def check_checker():
    """The test must be able to fail."""
    text = "options of x\nUsage: x\n\nOptions:\n  -v, --verbose   more\n      --dir DIR   with -z in it\n"
    assert help_options(text) == {"-v", "--verbose", "--dir"}, help_options(text)
    page = ".It Fl v , Fl -verbose\n.It Fl -dir Ar dir Ns Op , Ns Ar dir ...\n"
    assert man_options(page) == help_options(text), man_options(page)
    assert man_options(".It Fl h , -holds\n.It Fl -help") == {"-h", "--holds"}
    assert help_options("Options:\n  -h,--holds  x\n  --help  y\n") == {"-h", "--holds"}
    assert man_exit_codes(".Sh EXIT STATUS\n.Bl\n.It 0\nfine\n.It Li 2\nbad\n.El\n") == {0, 2}
    assert commands("Commands:\n  send   sends\n  list   lists\n\nOptions:\n  -v\n") == ["send", "list"]


check_checker()
names = commands(help_of())
faults = list(command_faults([]))
faults += [why for page in pages() for why in page_faults(page, enum_exit_codes())]
if not names or not pages():
    faults.append("no commands or no pages found")
print("\n".join(faults) or f"{len(names)} commands and {len(pages())} pages agree")
sys.exit(1 if faults else 0)
