// SPDX-License-Identifier: Apache-2.0
// prove_stream() of <sealift/keys.h>.
#include <sealift/keys.h>

#include "base/error.h"
#include "catalog/keydata.h"
#include "keys/key_chain.h"
#include "keys/stream_prover.h"
#include "stream/verify.h"

namespace sealift::keys {
namespace {

using stream::Reader;

/// Proves substream after substream.
class Proving {
 public:
  explicit Proving(const KeyAccess& access) : chain_(access) {}

  void follow(const Reader& reader, const Reader::Item& item) {
    if (const auto* begin = std::get_if<stream::Begin>(&item.record)) {
      if (begin->header_type() == stream::HeaderType::kSubstream) start(reader, item, *begin);
    } else if (prover_) {
      prover_->apply(item.record, item.payload);
      if (std::holds_alternative<stream::End>(item.record)) prover_.reset();
    }
  }
  std::vector<StreamVerdict> take_verdicts() { return std::move(verdicts_); }

 private:
  void start(const Reader& reader, const Reader::Item& item, const stream::Begin& begin) {
    verdicts_.push_back(StreamVerdict::kPlain);
    if (!begin.has(stream::feature::kRaw)) return;
    const auto* keydata = reader.begin_payload()->list.get_nvlist(stream::begin_key::kCryptKeydata);
    MasterKey key = chain_.open(catalog::read_wrapping(*keydata), begin.to_name);
    prover_ = std::make_unique<StreamProver>(std::move(key), reader, item);
    verdicts_.back() = prover_->is_whole() ? StreamVerdict::kProven : StreamVerdict::kOpened;
  }

  KeyChain chain_;
  std::unique_ptr<StreamProver> prover_;
  std::vector<StreamVerdict> verdicts_;
};

}  // namespace
}  // namespace sealift::keys

namespace sealift {

ProvenStream prove_stream(Source& from, const KeyAccess& access) {
  keys::Proving proving(access);
  ProvenStream proven;
  proven.summary =
      stream::verify(from, [&](const stream::Reader& reader, const stream::Reader::Item& item) {
        proving.follow(reader, item);
      });
  proven.verdicts = proving.take_verdicts();
  return proven;
}

}  // namespace sealift
