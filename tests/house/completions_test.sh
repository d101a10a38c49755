#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# completions_test.sh SEALIFT: bash completes commands, their options and datasets.
set -euo pipefail

PATH=$(dirname "$1"):$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=scripts/completions/sealift.bash
. "$(dirname "$0")/../../scripts/completions/sealift.bash"

# expect WORD LINE...: WORD is among the completions of the last word of LINE
expect() {
    local word=$1
    shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _sealift
    printf '%s\n' "${COMPREPLY[@]}" | grep -qxF -e "$word" ||
        { echo "no $word after: $*, but: ${COMPREPLY[*]}" >&2; exit 1; }
}

expect receive sealift rec
expect recv sealift rec
expect verify sealift stream ver
expect -w sealift send -
expect --vault sealift receive --v
export SEALIFT_VAULT=$work/vault
sealift init dr --dir "$SEALIFT_VAULT"
sealift create dr/home
expect dr/home sealift list dr/
