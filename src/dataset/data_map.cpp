// SPDX-License-Identifier: Apache-2.0
#include "dataset/data_map.h"

#include <algorithm>

#include "base/error.h"

namespace sealift::dataset {

using objset::Entry;
using objset::EntryKind;
using objset::Geometry;

namespace {

/// Where in a tree a block is.
struct Spot {
  unsigned level;
  std::uint64_t index;
};

enum class Wanted : std::uint8_t { kData, kHole };

/// Looks for one kind of block from a given one on.
class Search {
 public:
  Search(Plaintext& plaintext, const Object& object, Wanted wanted)
      : plaintext_(plaintext), object_(object), wanted_(wanted) {}

  std::optional<std::uint64_t> run(std::uint64_t from) const {
    const unsigned top = object_.dnode.geometry.levels - 1U;
    for (std::uint64_t i = 0; i < object_.dnode.pointers.size(); ++i)
      if (const auto found = below(object_.dnode.pointers[i], {top, i}, from)) return found;
    return std::nullopt;
  }

 private:
  std::optional<std::uint64_t> below(const Entry& entry, Spot at, std::uint64_t from) const {
    const Geometry& geometry = object_.dnode.geometry;
    const Geometry::Blocks here = geometry.blocks_of(at.level, at.index);
    if (here.end <= from) return std::nullopt;
    if (at.level == 0 || entry.kind != EntryKind::kBlock) {
      if (entry.is_hole() != (wanted_ == Wanted::kHole)) return std::nullopt;
      return std::max(here.first, from);
    }
    const std::uint64_t first = at.index << geometry.entry_shift();
    if (first >> geometry.entry_shift() != at.index) return std::nullopt;  // behind all numbers
    const Plaintext::Node node = plaintext_.node(entry, geometry);
    const std::uint64_t skipped =
        from > here.first ? geometry.ancestor(from - here.first, at.level - 1) : 0;
    for (std::uint64_t i = skipped; i < node->size(); ++i)
      if (const auto found = below((*node)[i], {at.level - 1, first + i}, from)) return found;
    return std::nullopt;
  }

  Plaintext& plaintext_;
  const Object& object_;
  Wanted wanted_;
};

/// Adds up what blocks take, until it has read too many indirect blocks.
class Sum {
 public:
  Sum(Plaintext& plaintext, const Object& object, std::size_t max_nodes)
      : plaintext_(plaintext), object_(object), nodes_left_(max_nodes) {}

  std::optional<std::uint64_t> run() {
    for (const Entry& entry : object_.dnode.pointers)
      add(entry, object_.dnode.geometry.levels - 1U);
    if (is_too_much_) return std::nullopt;
    return bytes_;
  }

 private:
  void add(const Entry& entry, unsigned level) {
    if (entry.is_hole() || is_too_much_) return;
    if (level == 0 || entry.kind != EntryKind::kBlock) {
      bytes_ += entry.where.length;
      return;
    }
    is_too_much_ = nodes_left_ == 0;
    if (is_too_much_) return;
    --nodes_left_;
    const Plaintext::Node node = plaintext_.node(entry, object_.dnode.geometry);
    for (const Entry& each : *node) add(each, level - 1);
  }

  Plaintext& plaintext_;
  const Object& object_;
  std::size_t nodes_left_;
  std::uint64_t bytes_ = 0;
  bool is_too_much_ = false;
};

template <class Body>
auto in_object(const Object& object, Body&& body) {
  return in_context(fmt::format("object {}", object.number), std::forward<Body>(body));
}

}  // namespace

std::optional<std::uint64_t> next_data_block(Plaintext& from, const Object& object,
                                             std::uint64_t block) {
  return in_object(object, [&] { return Search(from, object, Wanted::kData).run(block); });
}

std::optional<std::uint64_t> next_hole_block(Plaintext& from, const Object& object,
                                             std::uint64_t block) {
  return in_object(object, [&] { return Search(from, object, Wanted::kHole).run(block); });
}

void each_data_run(Plaintext& from, const Object& object, Geometry::Blocks range,
                   const std::function<void(const Geometry::Blocks&)>& visit) {
  range.end = std::min(range.end, object.dnode.max_block + 1);
  while (range.first < range.end) {
    const auto data = next_data_block(from, object, range.first);
    if (!data || *data >= range.end) return;
    const auto hole = next_hole_block(from, object, *data);
    const std::uint64_t end = std::min(range.end, hole.value_or(range.end));
    visit({*data, end});
    range.first = end;
  }
}

std::optional<std::uint64_t> stored_bytes(Plaintext& from, const Object& object,
                                          std::size_t max_nodes) {
  return in_object(object, [&] { return Sum(from, object, max_nodes).run(); });
}

}  // namespace sealift::dataset
