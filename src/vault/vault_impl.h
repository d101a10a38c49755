// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include "vault/space_map.h"
#include "vault/storage.h"
#include "vault/tail.h"
#include "vault/uberblock.h"
#include "vault/vault.h"

namespace sealift::vault {

/// The part of Vault that its own floor sees.
class Vault::Impl : public BlockReader {
 public:
  Impl(std::shared_ptr<Storage> storage, Access access, const os::Clock& clock);
  /// Of a vault in the making, open for writing.
  Impl(std::shared_ptr<Storage> storage, Identity identity, const os::Clock& clock);

  const Identity& identity() const { return identity_; }
  const Root& root() const { return root_; }
  const Uberblock& uberblock() const { return uberblock_; }
  Storage& storage() const { return *storage_; }
  const os::Clock& clock() const { return clock_; }
  Access access() const { return access_; }

  Bytes read(const BlockPointer& pointer) const override;
  /// Throws kDamaged unless the pointer can be one of a block.
  void check_shape(const BlockPointer& pointer) const;
  /// Throws kDamaged unless `bytes` are what `pointer` says.
  void verify(const BlockPointer& pointer, ByteView bytes) const;
  /// Reads a range as it is. Throws kDamaged if the segment has less.
  void read_raw(const Extent& extent, ByteSpan into) const;

  /// The intact uberblocks, newest first. At least one, or throws kDamaged.
  std::vector<Uberblock> uberblocks() const;
  /// The newest committed state. Only who has the writer lock may rely on its staying so.
  Uberblock newest() const;
  /// The newest committed state, held: nothing that it reaches is given back meanwhile.
  struct Pin {
    Uberblock uberblock;
    std::unique_ptr<Hold> hold;
  };
  Pin pin_newest() const;
  void refresh() { move_to(pin_newest()); }
  void move_to(Pin pin);

  /// Bytes of a segment that belong to the state; nothing if it does not know the segment.
  std::optional<std::uint64_t> committed_length(const Uberblock& state,
                                                std::uint32_t segment) const;
  SpaceMap space_of(const Uberblock& state) const {
    return {*this, state.space, identity_.segment_bytes};
  }
  /// The tail block of a state.
  Tail tail_of(const Uberblock& state) const;
  /// Cuts off and deletes what no commit led to, wherever no other writer is at work.
  void reclaim();

  /// Appenders at work, so that what they still have in memory can be read back.
  void enlist(Appender::Impl& appender);
  void dismiss(Appender::Impl& appender);

 private:
  void reclaim(std::uint32_t segment);

  std::shared_ptr<Storage> storage_;
  const os::Clock& clock_;
  Access access_;
  Identity identity_;
  Uberblock uberblock_;
  Root root_;
  std::unique_ptr<Hold> hold_;

  mutable std::mutex appenders_mutex_;
  std::vector<Appender::Impl*> appenders_;
};

Root root_of(const Uberblock& uberblock);

}  // namespace sealift::vault
