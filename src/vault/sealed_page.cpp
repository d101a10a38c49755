// SPDX-License-Identifier: Apache-2.0
#include "vault/sealed_page.h"

#include <algorithm>

#include "base/error.h"
#include "crypto/sha256.h"

namespace sealift::vault {

Bytes seal_page(ByteView payload) {
  SEALIFT_ASSERT(payload.size() <= kSealedPagePayload);
  Bytes page(kSealedPageBytes);
  std::copy(payload.begin(), payload.end(), page.begin());
  const crypto::Sha256Digest seal = crypto::sha256(ByteView(page).first(kSealedPagePayload));
  std::copy(seal.begin(), seal.end(), page.begin() + kSealedPagePayload);
  return page;
}

bool is_sealed(ByteView page) {
  if (page.size() != kSealedPageBytes) return false;
  const crypto::Sha256Digest seal = crypto::sha256(page.first(kSealedPagePayload));
  return equal(page.subspan(kSealedPagePayload), seal);
}

}  // namespace sealift::vault
