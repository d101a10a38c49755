// SPDX-License-Identifier: Apache-2.0
#include "replicate/encoder.h"

#include "base/error.h"
#include "support/catch.h"

using namespace sealift;
using namespace sealift::replicate;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("invariant 30: plaintext among sealed blocks ends the send, and is not filled in") {
  Outbox counting;
  EncoderOptions options;
  options.is_raw = true;
  Encoder encoder(options, counting);
  objset::Dnode dnode;
  dnode.block_size = 4096;
  objset::Entry plain;
  plain.kind = objset::EntryKind::kBlock;
  plain.logical_size = 4096;
  objset::Entry sealed = plain;
  sealed.sealing.mac[3] = 1;
  encoder.data(dnode, 5, 0, sealed);
  CHECK_THROWS_WITH(encoder.data(dnode, 5, 2, plain),
                    ContainsSubstring("object 5, offset 8192: a block of an encrypted snapshot"));
  objset::Entry embedded = sealed;
  embedded.kind = objset::EntryKind::kEmbedded;
  CHECK_THROWS_WITH(encoder.data(dnode, 5, 2, embedded), ContainsSubstring("object 5, offset"));
  CHECK_THROWS_WITH(encoder.spill(7, plain), ContainsSubstring("object 7"));
}
