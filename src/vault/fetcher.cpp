// SPDX-License-Identifier: Apache-2.0
#include "vault/fetcher.h"

#include <deque>

#include "base/error.h"

namespace sealift::vault {

struct Fetcher::Impl {
  const Vault& vault;
  Options options;
  std::deque<BlockPointer> requests;
  std::size_t requested_bytes = 0;
  Bytes current;
};

Fetcher::Fetcher(const Vault& vault, Options options)
    : impl_(std::make_unique<Impl>(Impl{vault, options, {}, 0, {}})) {}
Fetcher::~Fetcher() = default;

bool Fetcher::has_room() const {
  return impl_->requested_bytes < impl_->options.budget_bytes;
}

void Fetcher::request(const BlockPointer& pointer) {
  impl_->requests.push_back(pointer);
  impl_->requested_bytes += pointer.length;
}

ByteView Fetcher::take() {
  SEALIFT_ASSERT(!impl_->requests.empty());
  const BlockPointer pointer = impl_->requests.front();
  impl_->requests.pop_front();
  impl_->requested_bytes -= pointer.length;
  impl_->current = impl_->vault.read(pointer);
  return impl_->current;
}

std::size_t Fetcher::pending() const {
  return impl_->requests.size();
}

}  // namespace sealift::vault
