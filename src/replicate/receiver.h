// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "objset/editor.h"
#include "replicate/lineage.h"
#include "replicate/stage.h"
#include "replicate/stream_proof.h"
#include "stream/reader.h"
#include "vault/appender.h"

namespace sealift::replicate {

/// What comes with a snapshot beside its contents. Both are called inside of a commit; either may
/// be empty.
struct Attachments {
  /// The encryption root of a sealed dataset about to be made; nothing: itself.
  std::function<std::optional<catalog::DatasetId>(const catalog::Catalog&,
                                                  const catalog::DatasetRecord&)>
      find_encryption_root;
  /// Properties, holds.
  std::function<void(catalog::Change&, const catalog::SnapshotRecord&)> attach;
};

/// What came of one substream.
struct ReceivedSnapshot {
  catalog::SnapshotRecord snapshot;
  /// The stream wrapped the master key in another way than the dataset: journalled under this id.
  std::optional<catalog::WrappingId> journalled;
  Proved proved = Proved::kNothing;
};

/// Receives one substream. Nothing is visible before finish() returned; whatever throws before
/// that leaves the vault as it was, or with the state of the last save(). One thread; several
/// receivers, also of other processes, may be at work on one vault.
class Receiver {
 public:
  /// Checks the lineage; throws what check_lineage() throws. `stage` must outlive this.
  Receiver(Stage& stage, const Arrival& arrival, const Destination& destination);

  const Lineage& lineage() const { return lineage_; }

  using FindObjectSet = objset::Editor::FindObjectSet;
  /// Where WRITE_BYREF finds what it names.
  void resolve_references_with(FindObjectSet find);
  /// Lets what arrives be proved, and the commit depend on it.
  void prove_with(StreamProof proof) { proof_ = std::move(proof); }
  /// BEGIN's own part in the object set; `item` is the BEGIN record as read.
  void begin(const stream::Reader& reader, const stream::Reader::Item& item);
  /// A record between BEGIN and END.
  void apply(const stream::Reader::Item& item);

  /// Commits what arrived so far, to be resumed, and returns the receive_resume_token. Nothing,
  /// and nothing is kept, while nothing worth it arrived.
  std::optional<std::string> save(const Attachments& attachments);
  /// Gives up what save() kept, and the dataset if it was made for that.
  void discard();
  /// END was read and right: the one commit.
  ReceivedSnapshot finish(const Attachments& attachments);

 private:
  /// What makes the object set; a rehearsal has none.
  struct Work {
    Work(vault::Vault& vault, const Lineage& lineage);
    vault::Appender appender;
    objset::Ledger ledger;
    std::optional<objset::Editor> editor;
  };

  vault::BlockPointer finish_contents();
  void note_place(const stream::Reader::Item& item);
  void check_again(const catalog::Catalog& catalog);
  catalog::DatasetRecord prepare_dataset(catalog::Change& change, const Attachments& attachments);
  std::uint64_t roll_back(catalog::Change& change, const catalog::DatasetRecord& dataset) const;
  std::optional<catalog::WrappingId> journal(catalog::Catalog& catalog,
                                             const catalog::DatasetRecord& dataset) const;
  void release_garbage(const ReleaseBlock& release) const;
  catalog::NewSnapshot make_snapshot(const vault::BlockPointer& root) const;
  catalog::PartialReceive make_partial(const vault::BlockPointer& root,
                                       const std::string& state) const;

  Stage& stage_;
  Arrival arrival_;
  Destination destination_;
  Lineage lineage_;
  PartialState state_;
  StreamProof proof_;
  std::uint64_t begin_offset_ = 0;  ///< in the input
  std::uint64_t bytes_before_ = 0;  ///< of the stream, received by the receive that is resumed
  std::unique_ptr<Work> work_;
};

}  // namespace sealift::replicate
