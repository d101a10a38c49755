// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/put.h>

#include <optional>

#include "catalog/catalog.h"
#include "dataset/plaintext.h"
#include "dataset/set_writer.h"

namespace sealift::dataset {

/// The head of one dataset while new contents are made for it. One thread.
class HeadWriter {
 public:
  /// Opens the dataset with its key. Throws Error as put() does. `vault` must outlive this.
  HeadWriter(vault::Vault& vault, const PutRequest& request);

  const catalog::DatasetRecord& dataset() const { return dataset_; }
  bool is_volume() const { return dataset_.type == catalog::DatasetType::kVolume; }
  /// False for a dataset that nothing was put or received into yet.
  bool has_contents() const { return !dataset_.head.objset.is_null(); }

  /// Null for a dataset that is not encrypted.
  const keys::MasterKey* key() const { return key_ ? &*key_ : nullptr; }
  /// What the head holds now; null without contents.
  Plaintext* before() { return before_ ? &*before_ : nullptr; }
  /// What it is going to hold.
  SetWriter& writer() { return *writer_; }

  /// The value of a native property in force, `otherwise` where it is set nowhere.
  std::uint64_t property(std::string_view name, std::uint64_t otherwise) const;
  Compression compression() const;

  /// Bytes that were appended so far.
  std::uint64_t appended_bytes() const { return appender_.appended_bytes(); }

  /// Publishes what the writer has as the new head. Throws Error(kState) where the dataset changed
  /// meanwhile.
  void commit(const Moment& moment);

 private:
  catalog::DatasetRecord find_dataset(const PutRequest& request) const;
  void refuse_diverged(const PutRequest& request) const;
  void check_again(const catalog::DatasetRecord& now) const;

  vault::Vault& vault_;
  catalog::Catalog catalog_;
  catalog::DatasetRecord dataset_;
  std::optional<catalog::Wrapping> wrapping_;
  std::optional<keys::MasterKey> key_;
  std::optional<Plaintext> before_;
  vault::Appender appender_;
  objset::Ledger ledger_;
  std::optional<SetWriter> writer_;
};

}  // namespace sealift::dataset
