// SPDX-License-Identifier: Apache-2.0
#include "keys/record_opener.h"

#include "base/error.h"

namespace sealift::keys {

bool RecordOpener::opens(const stream::Sealing& sealing, std::uint32_t object_type,
                         ByteView payload) {
  if (plain_.size() < payload.size()) plain_.resize(payload.size());
  return cipher_.open(sealing, object_type, payload, ByteSpan(plain_).first(payload.size()));
}

void RecordOpener::open(const stream::Record& record, ByteView payload) {
  if (const auto* object = std::get_if<stream::Object>(&record)) bonus_type_ = object->bonus_type;
  if (const auto* write = std::get_if<stream::Write>(&record)) {
    if (!opens(write->sealing, write->type, payload))
      fail(ErrorKind::kDamaged,
           "object {}, offset {}: the block is not what was sealed with "
           "this key",
           write->object, write->offset);
  } else if (const auto* spill = std::get_if<stream::Spill>(&record)) {
    if (!opens(spill->sealing, bonus_type_, payload))
      fail(ErrorKind::kDamaged,
           "object {}, spill block: the block is not what was sealed with "
           "this key",
           spill->object);
  }
}

}  // namespace sealift::keys
