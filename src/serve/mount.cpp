// SPDX-License-Identifier: Apache-2.0
// The function of <sealift/serve.h>.
#include <sealift/serve.h>

#include "base/error.h"
#include "serve/fuse_session.h"

namespace sealift {

void mount(const Vault& vault, const MountRequest& request, const MountObserver& observer) {
  const Contents contents(vault, request.from.source, request.key);
  const std::string name =
      request.from.source + (request.from.path.empty() ? "" : ":" + request.from.path);
  in_context(fmt::format("cannot mount '{}'", name), [&] {
    serve::SnapshotTree tree(contents, request.from.path, request.threads);
    serve::FuseSession(tree, request, observer, name).run();
  });
}

}  // namespace sealift
