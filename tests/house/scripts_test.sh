#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every shell script of the tree passes shellcheck.
set -euo pipefail
cd "$(dirname "$0")/../.."

mapfile -t scripts < <(find scripts .ci integration tests bench -type f -not -path '*/data/*' \
    -not -path '*/corpus/*' -exec grep -lE '^#!/(usr/)?bin/(env )?(ba)?sh' {} +)
shellcheck --severity=warning "${scripts[@]}"
echo "${#scripts[@]} scripts pass"
