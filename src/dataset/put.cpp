// SPDX-License-Identifier: Apache-2.0
// The function of <sealift/put.h>.
#include <sealift/put.h>

#include "base/error.h"
#include "dataset/put_tree.h"
#include "dataset/put_volume.h"

namespace sealift {

PutTotals put(Vault& vault, const PutRequest& request, const PutObserver& observer,
              const Moment& moment) {
  return in_context(fmt::format("cannot put {} into '{}'", request.source, request.dataset), [&] {
    dataset::HeadWriter head(vault.inner(), request);
    dataset::PutState state{{}, observer, request.dry_run, {}, {}};
    if (head.is_volume()) {
      dataset::put_volume(head, request, state);
    } else {
      if (request.measures) state.measure.emplace(request);
      dataset::TreePut(head, request, state).run();
    }
    if (state.totals.is_changed && !request.dry_run) {
      head.commit(moment);
      state.totals.stored_bytes = head.appended_bytes();
    }
    return state.totals;
  });
}

}  // namespace sealift
