// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "keys/block_cipher.h"
#include "vault/fetcher.h"

namespace sealift::keys {

/// How much of a snapshot is read.
enum class Depth : std::uint8_t {
  kRoot,    ///< all dnodes and indirect blocks, up to the portable MAC
  kBlocks,  ///< and every block of data
};

/// Where something is not what was sealed.
struct Fault {
  std::optional<std::uint64_t> object;  ///< none: the object set as a whole
  std::optional<std::uint64_t> offset_bytes;
  std::string what;
};

struct VerifyTotals {
  std::uint64_t objects = 0;
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;
  std::uint64_t faults = 0;
};

/// Proves a stored snapshot with its master key: every block opens and authenticates, every
/// dnode is the one that was sealed with these blocks, and all of them together give the portable
/// MAC that came with the snapshot. Without a key it reads the same blocks, and only the vault's
/// checksums and the structure are checked. One thread calls; all arguments must outlive it.
class Verifier {
 public:
  using OnFault = std::function<void(const Fault&)>;

  /// `key` may be null.
  Verifier(const vault::Vault& vault, const MasterKey* key, Depth depth, OnFault on_fault);

  /// Goes on behind a fault. Throws what reading the vault throws, but for damage, which is a
  /// fault.
  VerifyTotals verify(const objset::ObjectSet& set);

 private:
  struct File {
    std::uint64_t object;
    const objset::Dnode& dnode;
  };
  /// A block that was asked for and is to be opened.
  struct Awaited {
    objset::Entry entry;
    std::uint64_t object;
    std::uint64_t offset_bytes;
    std::uint32_t type;
  };

  objset::AuthenticPointer meta_pointer(const objset::ObjectSet& set, const objset::Entry& entry,
                                        unsigned level, std::uint64_t index);
  void verify_dnodes(const objset::Entry& entry, std::uint64_t first_object);
  DnodePointers verify_object(const File& file);
  objset::AuthenticPointer file_pointer(const File& file, const objset::Entry& entry,
                                        unsigned level, std::uint64_t index);
  void await(const Awaited& block);
  void open_oldest();
  void verify_root(const objset::ObjectSet& set, const DnodePointers& pointers);
  void fault(Fault fault);
  template <class Body>
  void noting_damage(const Fault& where, Body&& body);

  const vault::Vault& vault_;
  std::optional<BlockCipher> cipher_;
  Depth depth_;
  OnFault on_fault_;
  vault::Fetcher fetcher_;
  std::deque<Awaited> awaited_;
  Bytes plain_;
  VerifyTotals totals_;
};

}  // namespace sealift::keys
