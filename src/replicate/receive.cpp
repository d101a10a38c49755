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
  catalog::GuidSource no_guids(0);
  catalog::commit_freeing(vault.inner(), [&](catalog::Catalog& catalog,
                                             vault::Transaction& transaction) {
    const catalog::DatasetRecord record = catalog.get(catalog::parse_dataset_name(dataset));
    if (!catalog.partial(record.id))
      fail(ErrorKind::kState, "'{}' does not have any resumable receive state to abort", dataset);
    catalog::Change change{catalog, transaction.txg(), 0, no_guids,
                           catalog::make_release(vault.inner(), transaction)};
    catalog::discard_partial(change, record.id);
  });
}

}  // namespace sealift
