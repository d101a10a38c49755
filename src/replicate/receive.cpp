// SPDX-License-Identifier: Apache-2.0
#include <sealift/receive.h>

#include "base/error.h"
#include "replicate/receive_job.h"

namespace sealift {

ReceiveResult receive(Vault& vault, Source& from, const ReceiveRequest& request,
                      const ReceiveObserver& observer, const Moment& moment) {
  const replicate::ReceiveTools tools{vault.inner(), from, observer, os::system_clock()};
  return replicate::ReceiveJob(tools, request, moment).run();
}

void abort_receive(Vault& vault, const std::string& dataset) {
  replicate::Stage stage(vault.inner(), Moment{}, replicate::Stage::Mode::kCommit);
  stage.commit([&](catalog::Change& change, const replicate::ReleaseBlock&) {
    const catalog::DatasetRecord record = change.catalog.get(catalog::parse_dataset_name(dataset));
    if (!change.catalog.partial(record.id))
      fail(ErrorKind::kState, "'{}' does not have any resumable receive state to abort", dataset);
    catalog::discard_partial(change, record.id);
  });
}

}  // namespace sealift
