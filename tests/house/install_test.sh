#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# install_test.sh BUILD: what is installed works away from the tree; a stranger's
# program finds the library and links with it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd) build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix

cmake --install "$build" --prefix "$prefix" >/dev/null
"$prefix/bin/sealift" --version
man=$(find "$prefix/share/man" -path "*/man1/sealift*.1" | wc -l)
[ "$man" -gt 0 ] || { echo "no manual page installed" >&2; exit 1; }
for file in bash-completion/completions/sealift zsh/vendor-completions/_sealift \
    fish/vendor_completions.d/sealift.fish; do
    [ -s "$prefix/share/$file" ] || { echo "$file is not installed" >&2; exit 1; }
done

export SEALIFT_VAULT=$work/own
"$prefix/bin/sealift" init dr --dir "$SEALIFT_VAULT"
"$prefix/bin/sealift" create -V 1M dr/disk
"$prefix/bin/sealift" nbd -q --commit --run true dr/disk    # finds nbdkit's plugin

cmake -G Ninja -S "$here/consumer" -B "$work/build" -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
cmake --build "$work/build" >/dev/null
"$work/build/consumer" "$here/../data/streams/2.3.9/enc-128k/s1.zfs" "$work/vault"
