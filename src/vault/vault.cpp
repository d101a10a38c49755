// SPDX-License-Identifier: Apache-2.0
#include "vault/vault.h"

#include <algorithm>

#include "base/error.h"
#include "os/random.h"
#include "vault/appender_impl.h"
#include "vault/checksum.h"
#include "vault/file_storage.h"
#include "vault/founding.h"
#include "vault/vault_impl.h"

namespace sealift::vault {

namespace {

std::string place_of(const BlockPointer& pointer) {
  return fmt::format("segment {:08x}, offset {}, {} bytes", pointer.segment, pointer.offset,
                     pointer.length);
}

/// How long each segment is in one state.
class CommittedLengths {
 public:
  CommittedLengths(const Vault::Impl& vault, const Uberblock& state)
      : growth_(vault.tail_of(state).growth), space_(vault.space_of(state)) {}

  std::optional<std::uint64_t> of(std::uint32_t segment) const {
    for (const SegmentGrowth& growth : growth_) {
      if (growth.segment == segment) return growth.length;
    }
    const std::optional<SegmentSpace> space = space_.segment(segment);
    if (!space) return std::nullopt;
    return space->length;
  }

 private:
  std::vector<SegmentGrowth> growth_;
  SpaceMap space_;
};

}  // namespace

Root root_of(const Uberblock& uberblock) {
  return {uberblock.txg, uberblock.catalog, uberblock.time_seconds};
}

Vault::Impl::Impl(std::shared_ptr<Storage> storage, Access access, const os::Clock& clock)
    : storage_(std::move(storage)), clock_(clock), access_(access) {
  const DecodedIdentity decoded = decode_identity(storage_->read_identity());
  require_known(decoded.features, access);
  identity_ = decoded.identity;
  refresh();
  require_known(uberblock_.features, access);
}

Vault::Impl::Impl(std::shared_ptr<Storage> storage, Identity identity, const os::Clock& clock)
    : storage_(std::move(storage)),
      clock_(clock),
      access_(Access::kWrite),
      identity_(std::move(identity)) {
  refresh();
}

void Vault::Impl::check_shape(const BlockPointer& pointer) const {
  constexpr std::uint64_t limit = std::uint64_t{1} << 62;
  if (pointer.is_null() || pointer.length > kMaxBlockBytes || pointer.offset > limit) {
    fail(ErrorKind::kDamaged, "a block pointer is impossible: {}", place_of(pointer));
  }
}

void Vault::Impl::verify(const BlockPointer& pointer, ByteView bytes) const {
  const Checksum found = checksum_of(identity_.checksum, bytes);
  if (found == pointer.checksum) return;
  fail(ErrorKind::kDamaged, "{}: {} is {}, must be {}", place_of(pointer),
       name_of(identity_.checksum), to_hex(found), to_hex(pointer.checksum));
}

void Vault::Impl::read_raw(const Extent& extent, ByteSpan into) const {
  {
    const std::lock_guard lock(appenders_mutex_);
    for (Appender::Impl* appender : appenders_) appender->ensure_written(extent);
  }
  const std::optional<std::size_t> got = storage_->read(extent.segment, extent.offset, into);
  if (!got) fail(ErrorKind::kDamaged, "segment {:08x} is missing", extent.segment);
  if (*got != into.size()) {
    fail(ErrorKind::kDamaged, "segment {:08x} ends at {}, {} bytes at offset {} must be there",
         extent.segment, extent.offset + *got, extent.length, extent.offset);
  }
}

Bytes Vault::Impl::read(const BlockPointer& pointer) const {
  check_shape(pointer);
  Bytes bytes(pointer.length);
  read_raw(extent_of(pointer), bytes);
  verify(pointer, bytes);
  return bytes;
}

std::vector<Uberblock> Vault::Impl::uberblocks() const {
  std::vector<Uberblock> ring = decode_ring(storage_->read_roots(), identity_.guid);
  if (ring.empty()) fail(ErrorKind::kDamaged, "the vault has no intact uberblock");
  return ring;
}

Uberblock Vault::Impl::newest() const {
  const auto found = find_newest(storage_->read_roots(), identity_.guid);
  if (!found) fail(ErrorKind::kDamaged, "the vault has no intact uberblock");
  return *found;
}

Vault::Impl::Pin Vault::Impl::pin_newest() const {
  for (;;) {
    const Uberblock seen = newest();
    std::unique_ptr<Hold> hold = storage_->hold(seen.txg);
    // Commits since then may have seen no hold; they left alone what the newest few roots reach.
    if (newest().txg.value < seen.txg.value + kRetainedRoots) return {seen, std::move(hold)};
  }
}

void Vault::Impl::move_to(Pin pin) {
  uberblock_ = pin.uberblock;
  root_ = root_of(uberblock_);
  hold_ = std::move(pin.hold);
}

Tail Vault::Impl::tail_of(const Uberblock& state) const {
  return state.tail.is_null() ? Tail{} : decode_tail(read(state.tail));
}

std::optional<std::uint64_t> Vault::Impl::committed_length(const Uberblock& state,
                                                           std::uint32_t segment) const {
  return CommittedLengths(*this, state).of(segment);
}

void Vault::Impl::reclaim() {
  const CommittedLengths known(*this, uberblock_);
  for (const Storage::SegmentFile& file : storage_->segments()) {
    if (known.of(file.id) != file.length) reclaim(file.id);
  }
}

void Vault::Impl::reclaim(std::uint32_t segment) {
  const std::unique_ptr<SegmentWriter> owned = storage_->claim(segment);
  if (owned == nullptr) return;
  // Its last owner may have committed since we looked; from now on nobody can.
  const Pin pin = pin_newest();
  const std::optional<std::uint64_t> length = committed_length(pin.uberblock, segment);
  if (!length) {
    owned->remove();
  } else if (owned->length() > *length) {
    owned->truncate(*length);
  }
}

void Vault::Impl::enlist(Appender::Impl& appender) {
  const std::lock_guard lock(appenders_mutex_);
  appenders_.push_back(&appender);
}

void Vault::Impl::dismiss(Appender::Impl& appender) {
  const std::lock_guard lock(appenders_mutex_);
  std::erase(appenders_, &appender);
}

void Vault::init(const std::filesystem::path& directory, const InitOptions& options,
                 const Fill& fill) {
  const Founding founding(directory);
  init(founding.furnish(), options, os::system_clock(), fill);
}

void Vault::init(std::shared_ptr<Storage> storage, const InitOptions& options,
                 const os::Clock& clock, const Fill& fill) {
  Identity identity;
  identity.name = options.name;
  identity.guid = os::system_random().guid();
  identity.checksum = options.checksum;
  identity.segment_bytes = options.segment_bytes;
  identity.version = kFormatVersion;
  Uberblock first;
  first.vault_guid = identity.guid;
  first.txg = Txg{1};
  first.time_seconds = clock.now_seconds();
  storage->publish(first.txg.value % kUberblockSlots, encode(first));
  storage->keep_reserve();
  if (fill) {
    const std::unique_ptr<Vault> fresh(new Vault(std::make_unique<Impl>(storage, identity, clock)));
    fill(*fresh);
  }
  storage->publish_identity(encode(identity, kKnownFeatures));
}

std::unique_ptr<Vault> Vault::open(const std::filesystem::path& directory, Access access) {
  return in_context(fmt::format("cannot open vault {}", directory.native()), [&] {
    return open(std::make_shared<FileStorage>(directory), access, os::system_clock());
  });
}

std::unique_ptr<Vault> Vault::open(std::shared_ptr<Storage> storage, Access access,
                                   const os::Clock& clock) {
  auto impl = std::make_unique<Impl>(std::move(storage), access, clock);
  if (access == Access::kWrite) {
    impl->reclaim();
    impl->storage().keep_reserve();
  }
  return std::unique_ptr<Vault>(new Vault(std::move(impl)));
}

Vault::Vault(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Vault::~Vault() = default;

Access Vault::access() const {
  return impl_->access();
}
const Identity& Vault::identity() const {
  return impl_->identity();
}
const Root& Vault::root() const {
  return impl_->root();
}
void Vault::refresh() {
  impl_->refresh();
}
Bytes Vault::read(const BlockPointer& pointer) const {
  return impl_->read(pointer);
}

SpaceUsage Vault::space() const {
  const Uberblock& state = impl_->uberblock();
  return {state.allocated_bytes, state.pending_bytes, state.segments};
}

std::size_t Vault::intact_uberblocks() const {
  return impl_->uberblocks().size();
}

}  // namespace sealift::vault
