// SPDX-License-Identifier: Apache-2.0
#include "vault/space_map.h"

#include <algorithm>

#include "base/checked.h"
#include "base/endian.h"
#include "base/error.h"

namespace sealift::vault {

namespace {

template <std::unsigned_integral T>
void put_big(std::string& key, T number) {
  key.resize(key.size() + sizeof number);
  store(reinterpret_cast<std::uint8_t*>(key.data()) + key.size() - sizeof number, number,
        Endian::kBig);
}

template <std::unsigned_integral T>
T big_at(std::string_view key, std::size_t at) {
  if (key.size() < at + sizeof(T)) fail(ErrorKind::kDamaged, "the space tree has a malformed key");
  return load<T>(as_bytes(key).data() + at, Endian::kBig);
}

std::uint64_t number_at(std::string_view value, std::size_t at) {
  if (value.size() < at + 8) fail(ErrorKind::kDamaged, "the space tree has a malformed value");
  return load<std::uint64_t>(as_bytes(value).data() + at);
}

std::string numbers_of(std::initializer_list<std::uint64_t> numbers) {
  std::string value;
  for (const std::uint64_t number : numbers) {
    value.resize(value.size() + 8);
    store(reinterpret_cast<std::uint8_t*>(value.data()) + value.size() - 8, number);
  }
  return value;
}

std::string segment_key(char kind, std::uint32_t segment) {
  std::string key(1, kind);
  put_big(key, segment);
  return key;
}

std::string dead_key(std::uint32_t segment, std::uint64_t offset) {
  std::string key = segment_key('d', segment);
  put_big(key, offset);
  return key;
}

std::string pending_key(Txg txg, const Extent& extent) {
  std::string key = "p";
  put_big(key, txg.value);
  put_big(key, extent.segment);
  put_big(key, extent.offset);
  return key;
}

/// Lengths and offsets are far below 2^63, so sums of two do not wrap.
void check_extent(const Extent& extent) {
  constexpr std::uint64_t limit = std::uint64_t{1} << 62;
  if (extent.length == 0 || extent.offset > limit || extent.length > limit) {
    fail(ErrorKind::kDamaged, "the space tree has an impossible extent");
  }
}

Extent dead_extent(std::string_view key, std::string_view value) {
  const Extent extent{big_at<std::uint32_t>(key, 1), big_at<std::uint64_t>(key, 5),
                      number_at(value, 0)};
  check_extent(extent);
  return extent;
}

}  // namespace

void coalesce(std::vector<Extent>& extents) {
  std::sort(extents.begin(), extents.end(), [](const Extent& a, const Extent& b) {
    return std::tie(a.segment, a.offset) < std::tie(b.segment, b.offset);
  });
  std::size_t kept = 0;
  for (const Extent& extent : extents) {
    Extent* const before = kept == 0 ? nullptr : &extents[kept - 1];
    const bool same = before != nullptr && before->segment == extent.segment;
    if (same && extent.offset < before->end()) {
      fail(ErrorKind::kBug, "a block at {} of segment {} was freed twice", extent.offset,
           extent.segment);
    }
    if (same && extent.offset == before->end()) {
      before->length += extent.length;
    } else {
      extents[kept++] = extent;
    }
  }
  extents.resize(kept);
}

std::optional<SegmentSpace> SpaceMap::segment(std::uint32_t id) const {
  const std::optional<std::string> value = tree_.get(segment_key('s', id));
  if (!value) return std::nullopt;
  return SegmentSpace{number_at(*value, 0), number_at(*value, 8)};
}

std::vector<std::uint32_t> SpaceMap::numbers(char kind) const {
  std::vector<std::uint32_t> found;
  tree_.scan(std::string_view(&kind, 1), [&](std::string_view key, std::string_view) {
    found.push_back(big_at<std::uint32_t>(key, 1));
    return true;
  });
  return found;
}

std::vector<std::uint32_t> SpaceMap::open_segments() const {
  return numbers('o');
}
std::vector<std::uint32_t> SpaceMap::all_segments() const {
  return numbers('s');
}
std::vector<std::uint32_t> SpaceMap::doomed_segments() const {
  return numbers('z');
}

void SpaceMap::put_segment(std::uint32_t id, const SegmentSpace& space) {
  tree_.put(segment_key('s', id), numbers_of({space.length, space.used}));
}

void SpaceMap::grow(const SegmentGrowth& growth) {
  SegmentSpace space = segment(growth.segment).value_or(SegmentSpace{});
  space.length = growth.length;
  space.used += growth.added;
  put_segment(growth.segment, space);
  if (space.length < full_bytes_) {
    tree_.put(segment_key('o', growth.segment), {});
  } else {
    tree_.erase(segment_key('o', growth.segment));
  }
}

void SpaceMap::add_pending(Txg txg, const Extent& extent) {
  tree_.put(pending_key(txg, extent), numbers_of({extent.length}));
}

void SpaceMap::add_pending(Txg txg, std::span<const Extent> extents) {
  for (const Extent& extent : extents) add_pending(txg, extent);
}

std::vector<std::pair<Txg, Extent>> SpaceMap::freeable(Txg oldest, std::size_t limit) const {
  std::vector<std::pair<Txg, Extent>> found;
  tree_.scan("p", [&](std::string_view key, std::string_view value) {
    const Txg txg{big_at<std::uint64_t>(key, 1)};
    if (txg > oldest || found.size() == limit) return false;
    const Extent extent{big_at<std::uint32_t>(key, 9), big_at<std::uint64_t>(key, 13),
                        number_at(value, 0)};
    check_extent(extent);
    found.emplace_back(txg, extent);
    return true;
  });
  return found;
}

void SpaceMap::drop_pending(Txg txg, const Extent& extent) {
  tree_.erase(pending_key(txg, extent));
}

std::optional<Extent> SpaceMap::bury(const Extent& extent) {
  std::optional<SegmentSpace> space = segment(extent.segment);
  if (!space || extent.end() > space->length || extent.length > space->used) {
    fail(ErrorKind::kDamaged, "the space tree frees {} bytes at {} of segment {}, which has fewer",
         extent.length, extent.offset, extent.segment);
  }
  space->used -= extent.length;
  put_segment(extent.segment, *space);
  if (space->used == 0 && space->length >= full_bytes_) {
    tree_.put(segment_key('z', extent.segment), {});
    return std::nullopt;
  }
  Extent merged = extent;
  const std::string key = dead_key(extent.segment, extent.offset);
  if (const auto before = tree_.last(segment_key('d', extent.segment), key)) {
    const Extent left = dead_extent(before->first, before->second);
    if (left.end() > extent.offset) fail(ErrorKind::kDamaged, "the space tree frees a block twice");
    if (left.end() == extent.offset) {
      merged.offset = left.offset;
      merged.length += left.length;
    }
  }
  const std::string after = dead_key(extent.segment, extent.end());
  if (const auto right = tree_.get(after)) {
    merged.length += number_at(*right, 0);
    tree_.erase(after);
  }
  tree_.put(dead_key(merged.segment, merged.offset), numbers_of({merged.length}));

  // Of the pages wholly dead now, those that the new extent touches were not dead before.
  const std::uint64_t start =
      std::max(round_up(merged.offset, kPageBytes), extent.offset / kPageBytes * kPageBytes);
  const std::uint64_t end =
      std::min(merged.end() / kPageBytes * kPageBytes, round_up(extent.end(), kPageBytes));
  if (start >= end) return std::nullopt;
  return Extent{extent.segment, start, end - start};
}

void SpaceMap::forget(std::uint32_t id) {
  std::vector<std::string> keys;
  tree_.scan(segment_key('d', id), [&](std::string_view key, std::string_view) {
    keys.emplace_back(key);
    return true;
  });
  for (const std::string& key : keys) tree_.erase(key);
  tree_.erase(segment_key('s', id));
  tree_.erase(segment_key('o', id));
  tree_.erase(segment_key('z', id));
}

}  // namespace sealift::vault
