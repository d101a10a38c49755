// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "keys/block_openers.h"
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

/// "object 12, offset 131072: ..."
std::string describe(const Fault& fault);

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
  ///
  /// `known` is null or an object set that was verified. What `set` has in common with it, a
  /// pointer of the same object at the same place that is the same in each of its bits, is not
  /// read again. Births do not count: no key vouches for them.
  VerifyTotals verify(const objset::ObjectSet& set, const objset::ObjectSet* known = nullptr);

 private:
  struct File {
    std::uint64_t object;
    const objset::Dnode& dnode;
    const objset::Dnode* known;  ///< the same object in `known`, of the same type and shape
  };
  /// Where in a tree a block is.
  struct Spot {
    unsigned level;
    std::uint64_t index;
  };
  /// A pointer, and what is at its place in `known`, if anything.
  struct Pair {
    const objset::Entry& entry;
    const objset::Entry* known;

    bool is_known() const { return known != nullptr && *known == entry; }
  };
  /// The entries of an indirect block, and those of the one at its place in `known`.
  struct Node {
    std::vector<objset::Entry> entries;
    std::vector<objset::Entry> known;

    Pair at(std::size_t i) const { return {entries[i], known.empty() ? nullptr : &known[i]}; }
  };
  /// A block that was asked for.
  struct Awaited {
    std::uint64_t object;
    std::uint64_t offset_bytes;
  };

  Node read(const Pair& pair, const objset::Geometry& geometry) const;
  objset::DnodeBlock read_known_dnodes(const Pair& pair) const;
  bool is_done(const Pair& pair, unsigned level) const;
  void check_kept(const Pair& pair, const stream::Mac& computed, const Fault& where);

  objset::AuthenticPointer meta_pointer(const Pair& pair, Spot at);
  void verify_dnodes(const Pair& pair, std::uint64_t first_object);
  DnodePointers verify_object(const File& file);
  void verify_spill(const File& file);
  objset::AuthenticPointer file_pointer(const File& file, const Pair& pair, Spot at);
  const objset::Entry* known_root(const File& file, Spot at) const;
  void await(const Awaited& block, const objset::Entry& entry, std::uint32_t type);
  void finish_oldest();
  void verify_root(const DnodePointers& pointers);
  void fault(Fault fault);
  template <class Body>
  void noting_damage(const Fault& where, Body&& body);

  const vault::Vault& vault_;
  std::optional<BlockCipher> cipher_;
  Depth depth_;
  OnFault on_fault_;
  std::optional<BlockOpeners> openers_;  ///< outlives the fetcher, whose threads use it
  vault::Fetcher fetcher_;
  const objset::ObjectSet* set_ = nullptr;  ///< this and the next: during verify()
  const objset::ObjectSet* known_ = nullptr;
  std::deque<Awaited> awaited_;
  VerifyTotals totals_;
};

}  // namespace sealift::keys
