// SPDX-License-Identifier: Apache-2.0
#include "model/site.h"

#include <algorithm>

#include "base/error.h"
#include "catalog/commit.h"
#include "catalog/initialize.h"
#include "catalog/release.h"
#include "replicate/receive_job.h"
#include "replicate/send_planner.h"
#include "support/streams.h"

namespace sealift::model {
namespace {

class FixedClock final : public os::Clock {
 public:
  std::int64_t now_seconds() const override { return 1'700'000'000; }
};
const FixedClock kClock;

std::unique_ptr<vault::Vault> open(const std::shared_ptr<sealift::test::MemoryStorage>& storage) {
  return vault::Vault::open(storage, vault::Access::kWrite, kClock);
}

/// Calls `midway` once, when half of the bytes are gone.
class HalfwaySource final : public Source {
 public:
  HalfwaySource(ByteView bytes, std::function<void()> midway)
      : source_(bytes, kPiece), left_(bytes.size() / 2), midway_(std::move(midway)) {}

  std::size_t read(ByteSpan into) override {
    const std::size_t got = source_.read(into);
    left_ -= std::min(left_, got);
    if (left_ == 0 && midway_) std::exchange(midway_, nullptr)();
    return got;
  }

 private:
  static constexpr std::size_t kPiece = 500;
  sealift::test::MemorySource source_;
  std::size_t left_;
  std::function<void()> midway_;
};

Bytes run(const replicate::SendJob& job) {
  sealift::test::MemorySink sink;
  replicate::run(job, sink, [](std::size_t) {});
  return sink.bytes();
}

constexpr SendFormat kAll = {true, true, true, true};

}  // namespace

Site::Site(std::uint64_t seed)
    : storage_(sealift::test::new_memory_vault({vault::ChecksumKind::kFletcher4, 256U << 10})),
      vault_(open(storage_)),
      entropy_(seed << 32) {
  catalog::initialize(*vault_, moment());
}

void Site::refresh() {
  if (std::exchange(is_stale_, false)) vault_->refresh();
}

catalog::Catalog Site::catalog() {
  refresh();
  return catalog::open_catalog(*vault_);
}

Reception Site::receive(ByteView stream, const ReceiveRequest& request,
                        const std::function<void()>& midway) {
  HalfwaySource source(stream, midway);
  const ReceiveObserver observer;
  touch();
  try {
    replicate::ReceiveJob({*vault_, source, observer, kClock}, request, moment()).run();
    return {};
  } catch (const Error& error) {
    const std::string why = error.what();
    switch (error.kind()) {
      case ErrorKind::kState:
      case ErrorKind::kRefused:
      case ErrorKind::kDamaged:
        return {Reception::End::kRefused, why, {}};
      case ErrorKind::kResume:
        return {Reception::End::kInterrupted, why, why.substr(why.rfind(' ') + 1)};
      default:
        throw;
    }
  }
}

Bytes Site::send(const SendRequest& request) {
  refresh();
  SendRequest raw = request;
  raw.format = kAll;
  return run(replicate::make_send_job(*vault_, raw));
}

Bytes Site::send_rest(const std::string& token) {
  refresh();
  return run(replicate::make_resumed_job(*vault_, token, kAll, {}));
}

void Site::edit(const Edit& edit) {
  this->edit(*vault_, edit);
}

void Site::use(const std::function<void(vault::Vault&)>& change) {
  refresh();
  touch();
  change(*vault_);
}

void Site::edit_elsewhere(const Edit& edit) {
  this->edit(*open(storage_), edit);
}

void Site::edit(vault::Vault& vault, const Edit& edit) {
  touch();
  catalog::GuidSource guids(++entropy_);
  catalog::commit(vault, [&](catalog::Catalog& catalog, vault::Transaction& transaction) {
    catalog::Change change{catalog, transaction.txg(), kClock.now_seconds(), guids,
                           catalog::make_release(vault, transaction)};
    edit(change);
  });
}

void Site::fail_after(std::uint64_t operation) {
  storage_->fail_at(storage_->operations() + operation);
}

void Site::fail_never() {
  storage_->fail_at(sealift::test::MemoryStorage::kNever);
}

void Site::restart(std::uint32_t seed) {
  touch();
  vault_.reset();
  storage_ = storage_->after_crash(seed);
  vault_ = open(storage_);
}

}  // namespace sealift::model
