// SPDX-License-Identifier: Apache-2.0
#include "serve/shared_contents.h"

#include <algorithm>

namespace sealift::serve {
namespace {

/// Four blocks of the largest size there is.
constexpr std::size_t kCachedBytes = 64U << 20;
constexpr unsigned kAheadThreads = 2;

}  // namespace

SharedContents::SharedContents(const Origin& origin, unsigned threads)
    : views_(origin, threads + kAheadThreads),
      blocks_(kCachedBytes),
      ahead_(kAheadThreads, [this](const dataset::ObjectPtr& object, std::uint64_t number) {
        block(*object, number);
      }) {}

BlockCache::BlockPtr SharedContents::block(const dataset::Object& object, std::uint64_t number) {
  return blocks_.get({object.number, number}, [&]() -> BlockCache::BlockPtr {
    auto read = borrow().plaintext().read(object, number);
    return read ? std::make_shared<const Bytes>(std::move(read->bytes)) : nullptr;
  });
}

void SharedContents::read(const dataset::ObjectPtr& object, std::uint64_t offset, ByteSpan into) {
  const std::uint32_t block_size = object->block_size();
  while (!into.empty()) {
    const std::uint64_t within = offset % block_size;
    const std::size_t part = std::min<std::uint64_t>(into.size(), block_size - within);
    ahead_.note(object, offset / block_size);
    if (const BlockCache::BlockPtr from = block(*object, offset / block_size)) {
      std::copy_n(from->begin() + static_cast<std::ptrdiff_t>(within), part, into.begin());
    } else {
      std::fill_n(into.begin(), part, std::uint8_t{0});
    }
    into = into.subspan(part);
    offset += part;
  }
}

}  // namespace sealift::serve
