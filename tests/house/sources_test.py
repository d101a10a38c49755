#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What every source file keeps to: a licence line, and plain public signatures."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LICENCE = "SPDX-License-Identifier: Apache-2.0"
CODE = {".cpp", ".h", ".py", ".sh", ".cmake"}
FOLDERS = ["src", "include", "tests", "integration", "bench", "scripts", "cmake", ".ci"]
BOOL_PARAMETER = re.compile(r"[(,]\s*(?:const\s+)?bool\s+\w*\s*(?:=[^,)]*)?[,)]")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX)\b")


def is_code(path):
    if path.suffix in CODE or path.name == "CMakeLists.txt":
        return True
    if path.suffix:
        return False
    with path.open("rb") as file:
        return file.read(2) == b"#!"


def code_files():
    yield ROOT / "CMakeLists.txt"
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            parts = path.relative_to(ROOT).parts
            hidden = parts[:2] == ("tests", "data") or "corpus" in parts or "__pycache__" in parts
            if path.is_file() and not hidden and is_code(path):
                yield path


def without_comments(text):
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)


def faults_in(name, text):
    head = text.splitlines()[:2]
    first = head[1:] if head and head[0].startswith("#!") else head[:1]
    if not any(LICENCE in line for line in first):
        yield f"{name}: no licence line at the top"
    if name.startswith("include/"):
        for match in BOOL_PARAMETER.finditer(without_comments(text)):
            yield f"{name}: a bool parameter, `{match.group().strip()}`: use an enum class"
    if UNFINISHED.search(text) and name != "tests/house/sources_test.py":
        yield f"{name}: marked as unfinished"


def check_checker():
    """The test must be able to fail."""
    licence = f"// {LICENCE}\n"
    assert list(faults_in("src/x.h", "#pragma once\n" + licence))
    assert list(faults_in("include/sealift/x.h", licence + "void f(int a, bool b = true);"))
    assert list(faults_in("src/x.cpp", licence + "// TO" + "DO: more"))
    assert not list(faults_in("include/sealift/x.h", licence + "bool f(int a);  // (bool x)"))
    assert not list(faults_in("scripts/x", f"#!/bin/sh\n# {LICENCE}\n"))


check_checker()
files = list(code_files())
found = [why for path in files for why in faults_in(str(path.relative_to(ROOT)), path.read_text())]
print("\n".join(found) or f"{len(files)} files are in order")
sys.exit(1 if found else 0)
