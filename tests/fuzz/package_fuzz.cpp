// SPDX-License-Identifier: Apache-2.0
// The list of datasets and snapshots that a package's BEGIN carries.
#include "base/error.h"
#include "replicate/arriving_package.h"
#include "stream/nvlist.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sealift;
  stream::Begin begin;
  begin.version_info = stream::make_version_info(stream::HeaderType::kCompound, 0);
  begin.to_name = "tank/home@mon";
  try {
    const stream::UnpackedNvlist unpacked = stream::decode_nvlist({data, size});
    const replicate::ArrivingPackage package(begin, unpacked.list);
    for (const replicate::ArrivingDataset& dataset : package.datasets()) {
      SEALIFT_ASSERT(package.find_by_name(dataset.name) != nullptr);
      for (const replicate::ArrivingSnapshot& snapshot : dataset.snapshots) {
        SEALIFT_ASSERT(package.find_by_snapshot(snapshot.guid) != nullptr);
      }
    }
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kBug) throw;
  }
  return 0;
}
