// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "serve/block_cache.h"
#include "serve/read_ahead.h"
#include "serve/view_pool.h"

namespace sealift::serve {

/// A snapshot or head that several threads read. Any thread.
class SharedContents {
 public:
  SharedContents(const Origin& origin, unsigned threads);

  ViewPool::Loan borrow() { return views_.borrow(); }

  /// Fills `into` with what `object` holds from byte `offset` on; holes, and what is behind its
  /// last block, are zeros. Throws Error(kDamaged); kState where a block was redacted.
  void read(const dataset::ObjectPtr& object, std::uint64_t offset, ByteSpan into);

 private:
  BlockCache::BlockPtr block(const dataset::Object& object, std::uint64_t number);

  ViewPool views_;
  BlockCache blocks_;
  ReadAhead ahead_;  ///< the last: its threads use the others
};

}  // namespace sealift::serve
