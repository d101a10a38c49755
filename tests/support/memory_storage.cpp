// SPDX-License-Identifier: Apache-2.0
#include "support/memory_storage.h"

#include <algorithm>
#include <condition_variable>
#include <functional>

#include "base/error.h"
#include "vault/uberblock.h"

namespace sealift::test {

using vault::Hold;
using vault::SegmentWriter;
using vault::Txg;

namespace {

/// A change that the disk may or may not hold yet.
struct Change {
  enum class Kind { kWrite, kTruncate, kPunch };
  Kind kind;
  std::uint64_t offset;
  std::uint64_t length;
  Bytes bytes;
};

struct Segment {
  Bytes seen;     ///< what a reader reads
  Bytes durable;  ///< what the disk holds for certain
  bool exists = true;
  bool name_durable = false;
  bool owned = false;
  std::uint64_t reserved = 0;  ///< bytes that it has its place for already
  std::vector<Change> since;
};

void perform(Bytes& bytes, const Change& change) {
  const std::uint64_t end = change.offset + change.length;
  switch (change.kind) {
    case Change::Kind::kWrite:
      if (bytes.size() < end) bytes.resize(end);
      std::copy(change.bytes.begin(), change.bytes.end(),
                bytes.begin() + static_cast<std::ptrdiff_t>(change.offset));
      return;
    case Change::Kind::kTruncate:
      bytes.resize(change.length);
      return;
    case Change::Kind::kPunch:
      for (std::uint64_t at = change.offset; at < std::min<std::uint64_t>(end, bytes.size());
           ++at) {
        bytes[at] = 0;
      }
  }
}

}  // namespace

struct MemoryStorage::State {
  std::mutex mutex;
  std::condition_variable writer_free;
  Bytes identity;
  Bytes roots;
  std::map<std::uint32_t, Segment> segments;
  std::set<std::pair<std::uint32_t, std::uint64_t>> punched;
  std::multiset<std::uint64_t> holds;
  bool writing = false;
  std::uint64_t operations = 0;
  std::uint64_t fail_at = kNever;
  std::uint64_t limit_bytes = kNever;
  std::uint64_t reserve_wanted = 0;
  std::uint64_t reserve = 0;  ///< bytes set aside
  /// The identity being published when the power failed: it may be there or not.
  std::optional<Bytes> half_named;
  /// The slot being written when the power failed: it may hold a mixture.
  std::optional<std::pair<std::size_t, Bytes>> torn;

  /// Counts an operation; throws if the power is off.
  void operate() {
    if (operations >= fail_at) throw PowerFailure{};
    ++operations;
  }

  bool fails_now() const { return operations >= fail_at; }

  void change(std::uint32_t id, Change change) {
    // Of the very operation during which the power fails, a part may reach the disk.
    if (operations == fail_at) segments.at(id).since.push_back(change);
    operate();
    Segment& segment = segments.at(id);
    perform(segment.seen, change);
    segment.since.push_back(std::move(change));
  }

  std::uint64_t total_bytes() const {
    std::uint64_t total = reserve;
    for (const auto& [id, segment] : segments) {
      if (segment.exists) total += std::max<std::uint64_t>(segment.seen.size(), segment.reserved);
    }
    return total;
  }

  /// Bytes that a write adds to the total.
  std::uint64_t growth(std::uint32_t id, std::uint64_t end) const {
    const Segment& segment = segments.at(id);
    const std::uint64_t place = std::max<std::uint64_t>(segment.seen.size(), segment.reserved);
    return end > place ? end - place : 0;
  }
};

namespace {

using State = MemoryStorage::State;

class MemoryHold final : public Hold {
 public:
  explicit MemoryHold(std::function<void()> release) : release_(std::move(release)) {}
  ~MemoryHold() override { release_(); }

 private:
  std::function<void()> release_;
};

class MemoryWriter final : public SegmentWriter {
 public:
  MemoryWriter(std::shared_ptr<State> state, std::uint32_t id)
      : state_(std::move(state)), id_(id) {}

  ~MemoryWriter() override {
    const std::lock_guard lock(state_->mutex);
    state_->segments.at(id_).owned = false;
  }

  std::uint32_t id() const override { return id_; }

  std::uint64_t length() const override {
    const std::lock_guard lock(state_->mutex);
    return state_->segments.at(id_).seen.size();
  }

  void write(std::uint64_t offset, ByteView bytes) override {
    const std::lock_guard lock(state_->mutex);
    if (state_->total_bytes() + state_->growth(id_, offset + bytes.size()) > state_->limit_bytes) {
      fail(ErrorKind::kRetry, "the memory is full");
    }
    state_->change(id_, {Change::Kind::kWrite, offset, bytes.size(), {bytes.begin(), bytes.end()}});
  }

  void truncate(std::uint64_t length) override {
    const std::lock_guard lock(state_->mutex);
    state_->change(id_, {Change::Kind::kTruncate, 0, length, {}});
    state_->segments.at(id_).reserved = 0;
  }

  void sync() override {
    const std::lock_guard lock(state_->mutex);
    state_->operate();
    Segment& segment = state_->segments.at(id_);
    segment.durable = segment.seen;
    segment.name_durable = true;
    segment.since.clear();
  }

  void remove() override {
    const std::lock_guard lock(state_->mutex);
    state_->operate();
    state_->segments.at(id_).exists = false;
  }

 private:
  std::shared_ptr<State> state_;
  std::uint32_t id_;
};

/// A segment as the disk may hold it after a crash.
Bytes what_remains(const Segment& segment, std::mt19937& random) {
  std::vector<Change> kept;
  for (const Change& change : segment.since) {
    if (random() % 2 == 0) continue;
    kept.push_back(change);
    if (change.kind != Change::Kind::kWrite || random() % 2 == 0) continue;
    kept.back().length = random() % (change.length + 1);
    kept.back().bytes.resize(kept.back().length);
  }
  std::shuffle(kept.begin(), kept.end(), random);
  Bytes bytes = segment.durable;
  for (const Change& change : kept) perform(bytes, change);
  return bytes;
}

}  // namespace

MemoryStorage::MemoryStorage(Bytes identity, Bytes roots) : state_(std::make_shared<State>()) {
  state_->identity = std::move(identity);
  state_->roots = std::move(roots);
}

MemoryStorage::MemoryStorage(std::shared_ptr<State> state) : state_(std::move(state)) {}
MemoryStorage::~MemoryStorage() = default;

void MemoryStorage::fail_at(std::uint64_t operation) {
  const std::lock_guard lock(state_->mutex);
  state_->fail_at = operation;
}

std::uint64_t MemoryStorage::operations() const {
  const std::lock_guard lock(state_->mutex);
  return state_->operations;
}

void MemoryStorage::limit_bytes(std::uint64_t limit) {
  const std::lock_guard lock(state_->mutex);
  state_->limit_bytes = limit;
}

std::shared_ptr<MemoryStorage> MemoryStorage::after_crash(std::uint32_t seed) const {
  std::mt19937 random(seed);
  const std::lock_guard lock(state_->mutex);
  auto after = std::make_shared<State>();
  after->identity = state_->identity;
  after->roots = state_->roots;
  if (state_->half_named && random() % 2 == 0) after->identity = *state_->half_named;
  if (state_->torn) {
    const auto& [slot, bytes] = *state_->torn;
    const std::size_t part = random() % (bytes.size() + 1);
    std::copy_n(bytes.begin(), part,
                after->roots.begin() + static_cast<std::ptrdiff_t>(slot * bytes.size()));
  }
  for (const auto& [id, segment] : state_->segments) {
    // A name made or removed, but not synced, may be there or not.
    const bool certain = segment.exists && segment.name_durable;
    if (!certain && random() % 2 == 0) continue;
    Segment& left = after->segments[id];
    left.seen = what_remains(segment, random);
    left.durable = left.seen;
    left.name_durable = true;
  }
  return std::shared_ptr<MemoryStorage>(new MemoryStorage(std::move(after)));
}

std::shared_ptr<MemoryStorage> MemoryStorage::copy() const {
  const std::lock_guard lock(state_->mutex);
  auto after = std::make_shared<State>();
  after->identity = state_->identity;
  after->roots = state_->roots;
  for (const auto& [id, segment] : state_->segments) {
    if (segment.exists)
      after->segments[id] = {segment.seen, segment.seen, true, true, false, 0, {}};
  }
  return std::shared_ptr<MemoryStorage>(new MemoryStorage(std::move(after)));
}

std::map<std::uint32_t, Bytes> MemoryStorage::contents() const {
  const std::lock_guard lock(state_->mutex);
  std::map<std::uint32_t, Bytes> found;
  for (const auto& [id, segment] : state_->segments) {
    if (segment.exists) found[id] = segment.seen;
  }
  return found;
}

void MemoryStorage::overwrite(std::uint32_t segment, std::uint64_t offset, ByteView bytes) {
  const std::lock_guard lock(state_->mutex);
  std::copy(bytes.begin(), bytes.end(),
            state_->segments.at(segment).seen.begin() + static_cast<std::ptrdiff_t>(offset));
}

std::set<std::pair<std::uint32_t, std::uint64_t>> MemoryStorage::punched_pages() const {
  const std::lock_guard lock(state_->mutex);
  return state_->punched;
}

Bytes MemoryStorage::read_identity() const {
  return state_->identity;
}

bool MemoryStorage::has_identity() const {
  return !state_->identity.empty();
}

void MemoryStorage::publish_identity(ByteView bytes) {
  const std::lock_guard lock(state_->mutex);
  if (state_->operations == state_->fail_at) state_->half_named.emplace(bytes.begin(), bytes.end());
  state_->operate();
  state_->identity.assign(bytes.begin(), bytes.end());
}

void MemoryStorage::set_reserve(std::uint64_t bytes) {
  const std::lock_guard lock(state_->mutex);
  state_->reserve_wanted = bytes;
}

void MemoryStorage::keep_reserve() {
  const std::lock_guard lock(state_->mutex);
  if (state_->reserve_wanted == 0 || state_->reserve >= state_->reserve_wanted) return;
  const std::uint64_t left =
      state_->limit_bytes - std::min(state_->total_bytes(), state_->limit_bytes);
  if (left < state_->reserve_wanted - state_->reserve) return;
  state_->operate();
  state_->reserve = state_->reserve_wanted;
}

Bytes MemoryStorage::read_roots() const {
  const std::lock_guard lock(state_->mutex);
  return state_->roots;
}

void MemoryStorage::publish(std::size_t slot, ByteView bytes) {
  const std::lock_guard lock(state_->mutex);
  if (state_->operations == state_->fail_at) {
    state_->torn.emplace(slot, Bytes(bytes.begin(), bytes.end()));
  }
  state_->operate();
  std::copy(bytes.begin(), bytes.end(),
            state_->roots.begin() + static_cast<std::ptrdiff_t>(slot * bytes.size()));
}

std::vector<vault::Storage::SegmentFile> MemoryStorage::segments() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<SegmentFile> found;
  for (const auto& [id, segment] : state_->segments) {
    if (segment.exists) found.push_back({id, segment.seen.size()});
  }
  return found;
}

std::optional<std::size_t> MemoryStorage::read(std::uint32_t id, std::uint64_t offset,
                                               ByteSpan into) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->segments.find(id);
  if (found == state_->segments.end() || !found->second.exists) return std::nullopt;
  const Bytes& bytes = found->second.seen;
  if (offset >= bytes.size()) return 0;
  const std::size_t count = std::min<std::size_t>(into.size(), bytes.size() - offset);
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), count, into.begin());
  return count;
}

std::unique_ptr<SegmentWriter> MemoryStorage::claim(std::uint32_t id) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->segments.find(id);
  if (found == state_->segments.end() || !found->second.exists || found->second.owned) {
    return nullptr;
  }
  found->second.owned = true;
  return std::make_unique<MemoryWriter>(state_, id);
}

std::unique_ptr<SegmentWriter> MemoryStorage::create(std::uint32_t from) {
  const std::lock_guard lock(state_->mutex);
  state_->operate();
  while (state_->segments.count(from) != 0) ++from;
  state_->segments[from].owned = true;
  return std::make_unique<MemoryWriter>(state_, from);
}

std::unique_ptr<SegmentWriter> MemoryStorage::create_from_reserve(std::uint32_t from) {
  if (state_->reserve == 0) return nullptr;
  std::unique_ptr<SegmentWriter> writer = create(from);
  const std::lock_guard lock(state_->mutex);
  state_->segments.at(writer->id()).reserved = state_->reserve;
  state_->reserve = 0;
  return writer;
}

void MemoryStorage::punch(std::uint32_t id, std::uint64_t offset, std::uint64_t length) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->segments.find(id);
  if (found == state_->segments.end() || !found->second.exists) return;
  state_->change(id, {Change::Kind::kPunch, offset, length, {}});
  for (std::uint64_t at = offset; at < offset + length; at += vault::kSealedPageBytes) {
    state_->punched.emplace(id, at);
  }
}

std::unique_ptr<Hold> MemoryStorage::lock_writer() {
  std::unique_lock lock(state_->mutex);
  state_->writer_free.wait(lock, [&] { return !state_->writing; });
  state_->writing = true;
  return std::make_unique<MemoryHold>([state = state_] {
    const std::lock_guard guard(state->mutex);
    state->writing = false;
    state->writer_free.notify_one();
  });
}

std::unique_ptr<Hold> MemoryStorage::hold(Txg txg) {
  const std::lock_guard lock(state_->mutex);
  state_->holds.insert(txg.value);
  return std::make_unique<MemoryHold>([state = state_, txg] {
    const std::lock_guard guard(state->mutex);
    state->holds.erase(state->holds.find(txg.value));
  });
}

std::optional<Txg> MemoryStorage::oldest_hold() const {
  const std::lock_guard lock(state_->mutex);
  if (state_->holds.empty()) return std::nullopt;
  return Txg{*state_->holds.begin()};
}

std::shared_ptr<MemoryStorage> empty_memory() {
  return std::make_shared<MemoryStorage>(Bytes{},
                                         Bytes(vault::kUberblockSlots * vault::kSealedPageBytes));
}

std::shared_ptr<MemoryStorage> new_memory_vault(const MemoryVaultOptions& options) {
  vault::Identity identity;
  identity.name = "memory";
  identity.guid = 42;
  identity.checksum = options.checksum;
  identity.segment_bytes = options.segment_bytes;
  identity.version = vault::kFormatVersion;
  vault::Uberblock first;
  first.vault_guid = identity.guid;
  first.txg = Txg{1};
  Bytes roots(vault::kUberblockSlots * vault::kSealedPageBytes);
  const Bytes page = encode(first);
  std::copy(page.begin(), page.end(), roots.begin() + vault::kSealedPageBytes);
  return std::make_shared<MemoryStorage>(encode(identity, vault::kKnownFeatures), roots);
}

}  // namespace sealift::test
