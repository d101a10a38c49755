// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/receive.h>

#include <memory>

#include "replicate/destination.h"
#include "replicate/encryption_links.h"
#include "replicate/receive_stream.h"
#include "replicate/received_properties.h"

namespace sealift::replicate {

/// What a receive is done with. All must outlive it.
struct ReceiveTools {
  vault::Vault& vault;
  Source& from;
  const ReceiveObserver& observer;
  const os::Clock& clock;
};

/// One receive: a single stream, or a package of them.
class ReceiveJob {
 public:
  ReceiveJob(const ReceiveTools& tools, const ReceiveRequest& request, const Moment& moment);

  void save_as(const SavePolicy& policy) { reception_.save = policy; }

  ReceiveResult run();

 private:
  using Item = stream::Reader::Item;

  Source& digested(Source& from);
  void check_digest();
  void check_target();
  void receive_single(const Item& begin);
  void receive_package(const Item& begin);
  void receive_substream(const Item& begin);
  void receive_into(const Item& begin, const Arrival& arrival, const ArrivingDataset* entry);
  void follow_source();

  Attachments attachments_for(const Arrival& arrival, const ArrivingDataset* entry);
  std::optional<catalog::DatasetId> find_encryption_root(const catalog::Catalog& catalog,
                                                         const catalog::DatasetRecord& dataset,
                                                         const Arrival& arrival,
                                                         const ArrivingDataset* entry);
  void attach(catalog::Change& change, const catalog::SnapshotRecord& snapshot,
              const ArrivingDataset* entry);
  void report(const Arrival& arrival, const Destination& to,
              const std::optional<ReceivedSnapshot>& received);
  void note(const std::string& line) const;
  void warn(const std::string& line) const;

  const ReceiveRequest& request_;
  const ReceiveObserver& observer_;
  Stage stage_;
  std::optional<stream::DigestingSource> digesting_;  ///< if the request has a digest
  stream::Reader reader_;
  Reception reception_;
  PropertyRules properties_;
  std::unique_ptr<Destinations> destinations_;
  std::optional<ArrivingPackage> package_;
  std::optional<EncryptionLinks> links_;
  std::string top_;  ///< where the first dataset went
  std::vector<std::string> late_warnings_;
  ReceiveResult result_;
};

}  // namespace sealift::replicate
