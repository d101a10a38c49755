// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dataset/plaintext.h"
#include "dataset/set_writer.h"
#include "dataset/zap_writer.h"

namespace sealift::dataset {

/// A new, empty ZAP object of `type`; returns its number.
std::uint64_t create_zap(SetWriter& writer, std::uint32_t type);

/// Makes ZAP object `object` hold `items` and nothing else. `before`: the object as it is in
/// `from`, whose blocks stay where they are equal; null, or from nowhere: all are written.
struct ZapBefore {
  Plaintext* from = nullptr;
  ObjectPtr object;
};
void write_zap(SetWriter& writer, std::uint64_t object, std::vector<ZapItem> items,
               const ZapBefore& before = {});

}  // namespace sealift::dataset
