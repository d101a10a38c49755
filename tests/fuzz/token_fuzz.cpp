// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "stream/token.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sealift;
  try {
    const stream::ResumeToken token = stream::parse_token(as_text({data, size}));
    SEALIFT_ASSERT(stream::parse_token(stream::format_token(token)) == token);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kBug) throw;
  }
  return 0;
}
