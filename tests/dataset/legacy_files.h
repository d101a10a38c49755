// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "dataset/contents_impl.h"
#include "dataset/forged_set.h"
#include "dataset/object_types.h"
#include "dataset/zap_format.h"
#include "dataset/znode_format.h"
#include "stream/record_format.h"

namespace sealift::dataset::test {

constexpr std::uint64_t kRoot = 4;

/// A file system of ZPL version 4, which has legacy znodes and micro ZAPs, with whatever in it.
class LegacyFiles {
 public:
  explicit LegacyFiles(Endian byte_order = Endian::kLittle)
      : byte_order_(byte_order), set_(byte_order) {
    ForgedObject master{kMasterNodeObject, object_type::kMasterNode, 0, 1024, {}, {}, {}};
    master.blocks = {micro_zap({{"VERSION", 4}, {"ROOT", kRoot}}, 1024)};
    set_.add(master);
  }

  using Names = std::vector<std::pair<std::string, std::uint64_t>>;
  void directory(std::uint64_t number, const Names& names, std::uint64_t parent = kRoot) {
    Names entries = names;
    for (auto& entry : entries)  // version 4 did not say types, from 2 on; 0 is never wrong
      entry.second &= directory_entry::kMaxObject;
    ForgedObject object =
        znode({number, file_mode::kDirectory | 0755, names.size() + 2, parent, 2});
    object.type = object_type::kDirectoryContents;
    object.block_size = 4096;
    object.blocks = {micro_zap(entries, 4096)};
    set_.add(object);
  }
  void regular(std::uint64_t number, const std::string& contents, std::uint64_t links = 1) {
    ForgedObject object =
        znode({number, file_mode::kRegular | 0640, contents.size(), kRoot, links});
    object.block_size = 512;
    for (std::size_t at = 0; at < contents.size(); at += 512) {
      const std::string part = contents.substr(at, 512);
      const bool is_hole = part.find_first_not_of('\0') == std::string::npos;
      object.blocks.push_back(is_hole ? Bytes() : Bytes(part.begin(), part.end()));
    }
    set_.add(object);
  }
  void link(std::uint64_t number, const std::string& target) {
    ForgedObject object = znode({number, file_mode::kSymlink | 0777, target.size(), kRoot, 1});
    object.bonus.insert(object.bonus.end(), target.begin(), target.end());
    set_.add(object);
  }
  void node(std::uint64_t number, std::uint64_t type, std::uint64_t rdev) {
    Znode fields{number, type | 0600, 0, kRoot, 1};
    fields.rdev = rdev;
    set_.add(znode(fields));
  }

  /// Once.
  Contents::Impl open() {
    return Contents::Impl(set_.vault(), set_.finish(stream::objset_type::kFilesystem),
                          std::nullopt);
  }

 private:
  struct Znode {
    std::uint64_t number;
    std::uint64_t mode;
    std::uint64_t size;
    std::uint64_t parent;
    std::uint64_t links;
    std::uint64_t rdev = 0;
  };

  ForgedObject znode(const Znode& fields) const {
    ForgedObject object;
    object.number = fields.number;
    object.type = object_type::kFileContents;
    object.bonus_type = object_type::kZnode;
    object.bonus.resize(legacy_znode::kBytes);
    const auto put = [&](std::size_t offset, std::uint64_t value) {
      store(object.bonus.data() + offset, value, byte_order_);
    };
    put(legacy_znode::kModeOffset, fields.mode);
    put(legacy_znode::kSizeOffset, fields.size);
    put(legacy_znode::kParentOffset, fields.parent);
    put(legacy_znode::kLinksOffset, fields.links);
    put(legacy_znode::kRdevOffset, fields.rdev);
    put(legacy_znode::kMtimeOffset, 1'700'000'000 + fields.number);
    put(legacy_znode::kFlagsOffset, znode_flag::kTrivialAcl);
    put(legacy_znode::kGenerationOffset, 7);
    return object;
  }

  Bytes micro_zap(const Names& names, std::size_t size) const {
    namespace mz = dataset::micro_zap;
    Bytes block(size);
    store(block.data(), zap_block::kMicro, byte_order_);
    store(block.data() + mz::kSaltOffset, std::uint64_t{0x1234567}, byte_order_);
    std::uint8_t* at = block.data() + mz::kHeaderBytes;
    for (const auto& [name, value] : names) {
      store(at + mz::kValueOffset, value, byte_order_);
      std::copy(name.begin(), name.end(), at + mz::kNameOffset);
      at += mz::kEntryBytes;
    }
    return block;
  }

  Endian byte_order_;
  ForgedSet set_;
};

}  // namespace sealift::dataset::test
