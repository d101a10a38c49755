// SPDX-License-Identifier: Apache-2.0
// A vault with bytes of the input's choosing: opening it, reading all its trees and committing to
// it throw Errors or succeed, and nothing else.
#include <algorithm>

#include "base/endian.h"
#include "sealift/error.h"
#include "support/memory_storage.h"
#include "vault/checksum.h"
#include "vault/transaction.h"
#include "vault/tree.h"
#include "vault/tree_node.h"
#include "vault/vault_impl.h"

using namespace sealift;
using namespace sealift::vault;

namespace {

class FixedClock final : public os::Clock {
 public:
  std::int64_t now_seconds() const override { return 0; }
};
const FixedClock kClock;

/// Takes numbers off the front of the input.
class Input {
 public:
  explicit Input(ByteView bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }

  std::uint64_t number() {
    std::array<std::uint8_t, 8> bytes{};
    const std::size_t size = std::min<std::size_t>(rest_.size(), 8);
    std::copy_n(rest_.begin(), size, bytes.begin());
    rest_ = rest_.subspan(size);
    return load<std::uint64_t>(bytes.data());
  }

 private:
  ByteView rest_;
};

/// A small vault with a tree of three nodes, space to return, and a few commits behind it.
std::shared_ptr<test::MemoryStorage> make_vault() {
  const auto storage = test::new_memory_vault({ChecksumKind::kFletcher4, 30'000});
  const auto vault = Vault::open(storage, Access::kWrite, kClock);
  Appender appender(*vault);
  Tree tree(*vault, {});
  for (unsigned step = 0; step < 8; ++step) {
    for (unsigned i = 0; i < 20; ++i) {
      tree.put("key" + std::to_string(i * 7 % 40 + step), std::string(700, 'v'));
    }
    Transaction transaction(*vault, appender);
    const BlockPointer root = tree.flush(appender);
    for (const BlockPointer& old : tree.take_replaced()) transaction.release(old);
    transaction.commit(root);
  }
  return storage;
}

/// Damages a block and makes each checksum above it right again, so that the damage gets through.
/// Which block: the input says, as a path of choices.
class Forger {
 public:
  Forger(test::MemoryStorage& storage, Input& input) : storage_(storage), input_(input) {}

  void forge() {
    const Bytes roots = storage_.read_roots();
    std::vector<Uberblock> ring = decode_ring(roots, 42);
    if (ring.empty()) return;
    Uberblock& newest = ring.front();
    BlockPointer* const pointers[] = {&newest.catalog, &newest.space, &newest.tail};
    BlockPointer& pointer = *pointers[input_.number() % 3];
    if (input_.number() % 8 == 0) {
      scramble(pointer);
    } else {
      forge_below(pointer);
    }
    if (input_.number() % 8 == 0) newest.allocated_bytes = input_.number();
    if (input_.number() % 8 == 0) newest.next_segment = static_cast<std::uint32_t>(input_.number());
    storage_.publish(newest.txg.value % kUberblockSlots, encode(newest));
  }

 private:
  void scramble(BlockPointer& pointer) {
    pointer.segment = static_cast<std::uint32_t>(input_.number());
    pointer.offset = input_.number();
    pointer.length = static_cast<std::uint32_t>(input_.number());
  }

  std::optional<Bytes> block(const BlockPointer& pointer) const {
    Bytes bytes(std::min<std::uint32_t>(pointer.length, 1 << 20));
    if (storage_.read(pointer.segment, pointer.offset, bytes) != bytes.size() || bytes.empty()) {
      return std::nullopt;
    }
    return bytes;
  }

  static std::optional<TreeNode> branch(ByteView bytes) {
    try {
      TreeNode node = decode_tree_node(bytes);
      if (!node.is_leaf()) return node;
    } catch (const Error&) {
    }
    return std::nullopt;
  }

  void forge_below(BlockPointer& pointer) {
    const std::optional<Bytes> bytes = block(pointer);
    if (!bytes) return;
    std::optional<TreeNode> node = branch(*bytes);
    if (!node || input_.number() % 4 == 0) return forge_block(pointer, *bytes);
    forge_below(node->entries[input_.number() % node->entries.size()].pointer);
    replace(pointer, encode(*node));
  }

  void forge_block(BlockPointer& pointer, Bytes bytes) {
    for (std::uint64_t edits = input_.number() % 4 + 1; edits > 0; --edits) {
      const std::size_t at = input_.number() % bytes.size();
      bytes[at] = static_cast<std::uint8_t>(input_.number());
    }
    replace(pointer, bytes);
  }

  void replace(BlockPointer& pointer, ByteView bytes) {
    storage_.overwrite(pointer.segment, pointer.offset, bytes);
    pointer.checksum = checksum_of(ChecksumKind::kFletcher4, bytes);
  }

  test::MemoryStorage& storage_;
  Input& input_;
};

void use(const std::shared_ptr<test::MemoryStorage>& storage) {
  const auto vault = Vault::open(storage, Access::kWrite, kClock);
  Appender appender(*vault);
  Tree tree(*vault, vault->root().catalog);
  std::size_t entries = 0;
  tree.scan("", [&](std::string_view, std::string_view) { return ++entries < 100'000; });
  tree.last("key", "key3");
  for (int i = 0; i < 6; ++i) {
    tree.put("key3", std::string(3000, 'w'));
    tree.put(std::to_string(i), "new");
    tree.erase("key7");
    Transaction transaction(*vault, appender);
    const BlockPointer root = tree.flush(appender);
    for (const BlockPointer& old : tree.take_replaced()) transaction.release(old);
    transaction.commit(root);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::shared_ptr<test::MemoryStorage> pristine = make_vault();
  Input input({data, size});
  const std::shared_ptr<test::MemoryStorage> storage = pristine->copy();
  Forger forger(*storage, input);
  for (std::uint64_t forgeries = input.number() % 4 + 1; forgeries > 0; --forgeries) {
    forger.forge();
  }
  try {
    use(storage);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kBug) throw;
  }
  return 0;
}
