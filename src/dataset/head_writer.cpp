// SPDX-License-Identifier: Apache-2.0
#include "dataset/head_writer.h"

#include "base/error.h"
#include "catalog/commit.h"
#include "catalog/item.h"
#include "catalog/operations.h"
#include "catalog/property_table.h"
#include "catalog/release.h"
#include "keys/key_chain.h"
#include "keys/key_records.h"

namespace sealift::dataset {
namespace {

using catalog::Catalog;
using catalog::DatasetRecord;

/// include/sys/spa.h, SPA_OLD_MAXBLOCKSIZE
constexpr std::uint64_t kOldMaxBlockBytes = 128U << 10;
constexpr std::uint64_t kCompressionOn = 1;

std::uint32_t set_type(const DatasetRecord& dataset) {
  return dataset.type == catalog::DatasetType::kVolume ? stream::objset_type::kVolume
                                                       : stream::objset_type::kFilesystem;
}

}  // namespace

HeadWriter::HeadWriter(vault::Vault& vault, const PutRequest& request)
    : vault_(vault),
      catalog_(catalog::open_catalog(vault)),
      dataset_(find_dataset(request)),
      appender_(vault) {
  ledger_.birth = dataset_.next_birth;
  if (dataset_.key) wrapping_ = keys::own_wrapping(catalog_, dataset_);
  if (auto opened = keys::KeyChain(request.key).open_if_sealed(catalog_, dataset_))
    key_.emplace(std::move(*opened));
  const WriterTools tools{vault_, appender_, ledger_, key(), os::system_random()};
  if (!has_contents()) {
    writer_.emplace(tools, set_type(dataset_), wrapping_ ? &*wrapping_ : nullptr);
    return;
  }
  before_.emplace(vault_, dataset_.head.objset, key());
  if (request.diverged == Diverged::kRefuse) refuse_diverged(request);
  writer_.emplace(tools, SetWriter::Base{dataset_.head.objset, dataset_.head.birth});
}

DatasetRecord HeadWriter::find_dataset(const PutRequest& request) const {
  DatasetRecord found = catalog_.get(catalog::parse_dataset_name(request.dataset));
  if (catalog_.partial(found.id)) {
    Error error(ErrorKind::kState, "an interrupted receive waits to be resumed");
    error.set_hint(fmt::format("sealift receive -A {} gives it up", request.dataset));
    throw error;
  }
  return found;
}

/// Contents that were made here carry no snapshot's guid.
void HeadWriter::refuse_diverged(const PutRequest& request) const {
  if (before_->set().begin.to_guid == 0) return;
  Error error(ErrorKind::kState, "it holds what was received, and not what was put last");
  error.set_hint(
      fmt::format("-F makes it equal to the source all the same; 'sealift snapshot {}@"
                  "NAME' keeps what it holds",
                  request.dataset));
  throw error;
}

std::uint64_t HeadWriter::property(std::string_view name, std::uint64_t otherwise) const {
  const catalog::Shelf shelf(vault_, vault_.root().catalog);
  catalog::Item item{&shelf, {}, {}, std::make_shared<const DatasetRecord>(dataset_), {}, {}};
  const Property found = catalog::stored_property(item, name);
  if (found.source == PropertySource::kNone) return otherwise;
  const catalog::PropertyValue value = catalog::parse_value(name, found.value);
  const auto* number = std::get_if<std::uint64_t>(&value);
  return number == nullptr ? otherwise : *number;
}

Compression HeadWriter::compression() const {
  return Compression::from_property(property("compression", kCompressionOn));
}

void HeadWriter::check_again(const DatasetRecord& now) const {
  const bool is_same =
      now.head == dataset_.head && now.next_birth == dataset_.next_birth && now.key == dataset_.key;
  if (!is_same) fail(ErrorKind::kState, "it was changed while the source was read");
}

void HeadWriter::commit(const Moment& moment) {
  const std::uint64_t large = stream::feature::kLargeBlocks;
  if (writer_->largest_block() > kOldMaxBlockBytes) writer_->need(large);
  catalog::NewHead fresh;
  fresh.dataset = dataset_.id;
  fresh.head.objset = writer_->finish();
  fresh.head.birth = ledger_.birth;
  fresh.dead = ledger_.dead;
  fresh.head.referenced_bytes =
      dataset_.head.referenced_bytes + ledger_.added_bytes - catalog::total(ledger_.dead);
  fresh.head.logical_bytes =
      dataset_.head.logical_bytes + static_cast<std::uint64_t>(ledger_.logical_bytes);
  catalog::GuidSource guids(moment.entropy);
  catalog::commit(vault_, appender_, [&](Catalog& catalog, vault::Transaction& transaction) {
    const auto now = catalog.find(dataset_.id);
    if (!now) fail(ErrorKind::kState, "it is gone");
    check_again(*now);
    catalog::Change change{catalog, transaction.txg(), moment.seconds, guids,
                           catalog::make_release(vault_, transaction)};
    change.give_back(catalog.replace_head(fresh));
    for (const vault::BlockPointer& garbage : ledger_.garbage) transaction.release(garbage);
  });
}

}  // namespace sealift::dataset
