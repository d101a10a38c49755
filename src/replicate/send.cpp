// SPDX-License-Identifier: Apache-2.0
#include <sealift/send.h>

#include "catalog/commit.h"
#include "catalog/release.h"
#include "replicate/peer_wrapping.h"
#include "replicate/send_planner.h"

namespace sealift {

const std::vector<PlannedStream>& SendPlan::streams() const& {
  return job_->streams;
}
const std::vector<std::string>& SendPlan::warnings() const& {
  return job_->warnings;
}
const std::vector<std::string>& SendPlan::notes() const& {
  return job_->notes;
}
bool SendPlan::is_complete() const {
  return job_->is_complete;
}

SendSizes SendPlan::measure() const {
  return replicate::measure(*job_);
}

void SendPlan::run(Sink& to, const OnStream& on_stream, std::atomic<std::uint64_t>* records) const {
  replicate::run(*job_, to, on_stream, records);
}

SendPlan plan_send(const Vault& vault, const SendRequest& request) {
  return SendPlan(
      std::make_shared<const replicate::SendJob>(replicate::make_send_job(vault.inner(), request)));
}

SendPlan plan_resumed_send(const Vault& vault, const std::string& token, const SendFormat& format,
                           std::shared_ptr<const stream::Peer> peer) {
  return SendPlan(std::make_shared<const replicate::SendJob>(
      replicate::make_resumed_job(vault.inner(), token, format, std::move(peer))));
}

std::size_t keep_wrappings(Vault& vault, const stream::Peer& peer, const Moment& moment) {
  catalog::GuidSource guids(moment.entropy);
  return catalog::commit(
      vault.inner(), [&](catalog::Catalog& catalog, vault::Transaction& transaction) {
        catalog::Change change{catalog, transaction.txg(), moment.seconds, guids,
                               catalog::make_release(vault.inner(), transaction)};
        return replicate::journal_wrappings(change, peer.keys());
      });
}

}  // namespace sealift
