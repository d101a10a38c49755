// SPDX-License-Identifier: Apache-2.0
#include "dataset/file_system_writer.h"

#include <algorithm>

#include "base/checked.h"
#include "base/error.h"
#include "dataset/object_types.h"
#include "dataset/znode_format.h"
#include "keys/dnode_sealing.h"

namespace sealift::dataset {
namespace {

constexpr std::uint32_t kFirstBonusBytes = 176;

bool is_directory(std::uint32_t mode) {
  return (mode & file_mode::kTypeMask) == file_mode::kDirectory;
}

/// `legacy` is 0, `auto` 1 (module/zfs/dmu_objset.c, dnodesize_changed_cb).
std::uint8_t slots_for(std::uint64_t dnode_size) {
  constexpr std::uint64_t automatic = 1;
  constexpr std::uint8_t automatic_slots = 2;
  if (dnode_size == automatic) return automatic_slots;
  const std::uint64_t slots = dnode_size / stream::kDnodeSlotSize;
  return static_cast<std::uint8_t>(std::clamp<std::uint64_t>(slots, 1, objset::kSlotsPerBlock));
}

}  // namespace

FileSystemWriter::FileSystemWriter(SetWriter& writer, Plaintext* before, std::uint64_t dnode_size)
    : writer_(writer), before_(before), dnode_slots_(slots_for(dnode_size)) {
  if (before == nullptr) {
    begin_new();
  } else {
    in_context("master node", [&] { open(*before); });
  }
}

void FileSystemWriter::begin_new() {
  writer_.claim(kMasterNodeObject);
  writer_.create(kMasterNodeObject, {object_type::kMasterNode, 512, 0, 0});
  const std::uint64_t attributes = create_zap(writer_, object_type::kSaMasterNode);
  const std::uint64_t unlinked = create_zap(writer_, object_type::kUnlinkedSet);
  write_zap(writer_, unlinked, {});
  root_ = create(file_mode::kDirectory);
  std::vector<ZapItem> items;
  const auto add = [&](std::string_view name, std::uint64_t value) {
    items.push_back({std::string(name), 8, {value}});
  };
  add(master_node::kVersion, kMaxZplVersion);
  add(master_node::kNormalization, 0);
  add(master_node::kUtf8Only, 0);
  add(master_node::kCaseSensitivity, static_cast<std::uint64_t>(CaseSensitivity::kSensitive));
  add(master_node::kSystemAttributes, attributes);
  add(master_node::kUnlinkedSet, unlinked);
  add(master_node::kRoot, root_);
  write_zap(writer_, kMasterNodeObject, std::move(items));
  attributes_.emplace(writer_, attributes);
}

void FileSystemWriter::open(Plaintext& before) {
  Zap master(before, kMasterNodeObject);
  if (master.number(master_node::kVersion) < kSaZplVersion)
    fail(ErrorKind::kRefused, "a file system version of before system attributes is only read");
  root_ = master.number(master_node::kRoot);
  if (Zap(before, root_).normalization() != 0)
    fail(ErrorKind::kRefused,
         "a file system that normalizes names, or does not tell cases apart, is only read");
  attributes_.emplace(writer_, master.number(master_node::kSystemAttributes), before);
}

std::uint64_t FileSystemWriter::create(std::uint32_t mode) {
  const std::uint64_t object = writer_.allocate(dnode_slots_);
  const std::uint32_t type =
      is_directory(mode) ? object_type::kDirectoryContents : object_type::kFileContents;
  writer_.create(object, {type, 512, object_type::kSystemAttributes, kFirstBonusBytes});
  return object;
}

void FileSystemWriter::put_attributes(std::uint64_t object, const NewFile& file) {
  writer_.put_spill(object, nullptr);
  const std::size_t room = keys::bonus_room(writer_.edit(object));
  AttributeBuffers buffers = attributes_->encode(attributes_of(file), room);
  if (!buffers.spill.empty()) {
    // A plain stream carries spill blocks as they are in memory.
    Compression how;
    if (writer_.maker().sealer() == nullptr) how.kind = compression::kOff;
    const MadeBlock made =
        writer_.maker().make({object_type::kSystemAttributes, how, buffers.spill});
    writer_.put_spill(object, &made);
    buffers.bonus.resize(keys::bonus_room(writer_.edit(object)));
  }
  objset::Dnode& dnode = writer_.edit(object);
  dnode.bonus_type = object_type::kSystemAttributes;
  dnode.bonus_length = static_cast<std::uint32_t>(buffers.bonus.size());
  dnode.bonus = std::move(buffers.bonus);
  dnode.bonus.resize(round_up(dnode.bonus.size(), 8));
}

void FileSystemWriter::put_names(std::uint64_t object, std::vector<ZapItem> items,
                                 ObjectPtr before) {
  write_zap(writer_, object, std::move(items), {before ? before_ : nullptr, std::move(before)});
}

void FileSystemWriter::finish() {
  attributes_->finish();
}

}  // namespace sealift::dataset
