// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "catalog/catalog.h"
#include "objset/editor.h"
#include "replicate/lineage.h"
#include "stream/reader.h"
#include "vault/appender.h"

namespace sealift::replicate {

/// What came of one substream.
struct ReceivedSnapshot {
  catalog::SnapshotRecord snapshot;
  std::string name;  ///< "dr/enc@s1"
  bool is_incremental = false;
  /// The stream wrapped the master key in another way than the dataset: journalled under this id.
  std::optional<catalog::WrappingId> journalled;
};

/// Receives one substream into a vault. Nothing is visible before finish() returned; whatever
/// throws before that leaves the vault as it was. One thread; several receivers, also of other
/// processes, may be at work on one vault.
class Receiver {
 public:
  /// `vault` is open for writing and outlives the receiver.
  /// Checks the lineage; throws what check_lineage() throws.
  Receiver(vault::Vault& vault, const Arrival& arrival, const Destination& destination);

  const Lineage& lineage() const { return lineage_; }

  /// BEGIN's own part in the object set; `item` is the BEGIN record as read.
  void begin(const stream::Reader& reader, const stream::Reader::Item& item);
  /// A record between BEGIN and END.
  void apply(const stream::Reader::Item& item) { editor_->apply(item.record, item.payload); }
  /// END was read and right: the one commit.
  ReceivedSnapshot finish();

 private:
  catalog::SnapshotRecord make_record(const vault::BlockPointer& root) const;
  catalog::DatasetRecord add_dataset(catalog::Catalog& catalog, const Lineage& lineage) const;
  Lineage check_again(const catalog::Catalog& catalog) const;

  vault::Vault& vault_;
  Arrival arrival_;
  Destination destination_;
  vault::Appender appender_;
  Lineage lineage_;
  objset::Ledger ledger_;
  std::optional<objset::Editor> editor_;
};

/// Receives the substream whose BEGIN is `begin`, the item just read, to its END.
ReceivedSnapshot receive_substream(vault::Vault& vault, stream::Reader& reader,
                                   const stream::Reader::Item& begin,
                                   const Destination& destination);

}  // namespace sealift::replicate
