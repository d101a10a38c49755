// SPDX-License-Identifier: Apache-2.0
#include <sealift/send.h>

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

SendPlan plan_resumed_send(const Vault& vault, const std::string& token, const SendFormat& format) {
  return SendPlan(std::make_shared<const replicate::SendJob>(
      replicate::make_resumed_job(vault.inner(), token, format)));
}

}  // namespace sealift
