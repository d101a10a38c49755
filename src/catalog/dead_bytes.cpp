// SPDX-License-Identifier: Apache-2.0
#include "catalog/dead_bytes.h"

#include "catalog/packing.h"

namespace sealift::catalog {
namespace {
constexpr std::uint8_t kDeadBytesVersion = 1;
}

std::uint64_t total(const DeadBytes& dead) {
  return total_after(dead, objset::Birth{});
}

std::uint64_t total_after(const DeadBytes& dead, objset::Birth birth) {
  std::uint64_t sum = 0;
  for (auto at = dead.upper_bound(birth); at != dead.end(); ++at) sum += at->second;
  return sum;
}

DeadBytes merge(const DeadBytes& of_victim, const DeadBytes& of_next, objset::Birth previous) {
  DeadBytes merged = of_victim;
  for (auto at = of_next.begin(), end = of_next.upper_bound(previous); at != end; ++at) {
    merged[at->first] += at->second;
  }
  return merged;
}

std::string encode(const DeadBytes& dead) {
  RecordWriter writer(RecordKind::kDeadBytes, kDeadBytesVersion);
  std::uint64_t birth = 0;
  for (const auto& [born, bytes] : dead) {
    writer.varint(born.value - birth);
    writer.varint(bytes);
    birth = born.value;
  }
  return writer.take();
}

DeadBytes decode_dead_bytes(std::string_view bytes) {
  RecordReader reader(bytes, RecordKind::kDeadBytes, kDeadBytesVersion);
  DeadBytes dead;
  std::uint64_t birth = 0;
  while (!reader.at_end()) {
    const std::uint64_t step = reader.varint();
    reader.require(step != 0, "repeats a birth or holds birth 0");
    reader.require(!__builtin_add_overflow(birth, step, &birth), "holds a birth above 64 bits");
    dead.emplace_hint(dead.end(), objset::Birth{birth}, reader.varint());
  }
  return dead;
}

}  // namespace sealift::catalog
