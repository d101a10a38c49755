// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "objset/birth.h"

namespace sealift::catalog {

/// The blocks that the snapshot before reaches and this one does not: birth -> stored bytes.
///
/// From these sums all of `used` follows without a walk. For neighbours P < S < N of one dataset:
///   only S reaches    the part of dead(N) with birth > P.birth
///   destroying S      dead(N) becomes dead(S) + the part of dead(N) with birth <= P.birth
///   written(N)        referenced(N) - referenced(P) + all of dead(N)
/// because a block that died stays dead: no block comes back.
using DeadBytes = std::map<objset::Birth, std::uint64_t>;

std::uint64_t total(const DeadBytes& dead);
std::uint64_t total_after(const DeadBytes& dead, objset::Birth birth);
/// dead(N) once S, whose own is `of_victim` and whose predecessor was born at `previous`, is gone.
DeadBytes merge(const DeadBytes& of_victim, const DeadBytes& of_next, objset::Birth previous);

std::string encode(const DeadBytes& dead);
DeadBytes decode_dead_bytes(std::string_view bytes);

}  // namespace sealift::catalog
