// SPDX-License-Identifier: Apache-2.0
#include "dataset/volume_restorer.h"

#include <algorithm>

#include "base/error.h"
#include "os/inode.h"
#include "os/read_at.h"
#include "os/sparse.h"

namespace sealift::dataset {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTemporarySuffix = ".sealift-restoring";
constexpr std::size_t kCompareBytes = 1U << 20;

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

[[noreturn]] void differ(std::uint64_t offset) {
  fail(ErrorKind::kDamaged, "contents differ from the snapshot's at offset {}", offset);
}

}  // namespace

void VolumeRestorer::restore(const OnBytes& on_bytes) {
  fs::is_block_file(to_) ? restore_to_device(on_bytes) : restore_to_file(on_bytes);
}

void VolumeRestorer::restore_to_device(const OnBytes& on_bytes) {
  const os::Fd device = os::open_device(to_);
  const std::uint64_t room = os::size_of(device.get());
  if (room < volume_.size())
    fail(ErrorKind::kState, "the device has {} bytes, the volume {}", room, volume_.size());
  write(device, Holes::kZero, on_bytes);
  os::sync_file(device);
}

void VolumeRestorer::restore_to_file(const OnBytes& on_bytes) {
  if (existing_ == Existing::kKeep && fs::exists(to_)) fail(ErrorKind::kState, "it exists already");
  const os::Fd directory = os::open_directory(folder_of(to_));
  const std::string name = to_.filename();
  const std::string temporary = name + std::string(kTemporarySuffix);
  os::remove_inode(directory, temporary);
  try {
    const os::Fd file = os::create_regular(directory, temporary);
    os::set_length(file, volume_.size());
    write(file, Holes::kLeave, on_bytes);
  } catch (...) {
    os::remove_inode(directory, temporary);
    throw;
  }
  os::rename_inode(directory, temporary, name);
}

void VolumeRestorer::write(const os::Fd& to, Holes holes, const OnBytes& on_bytes) {
  std::uint64_t done = 0;
  const auto pass_hole = [&](std::uint64_t end) {
    if (holes == Holes::kZero && end > done) os::zero_range(to, done, end - done);
  };
  volume_.each_block([&](std::uint64_t offset, ByteView bytes) {
    pass_hole(offset);
    os::write_all(to, offset, bytes);
    on_bytes(bytes.size());
    done = offset + bytes.size();
    return true;
  });
  pass_hole(volume_.size());
}

void VolumeRestorer::compare() {
  const os::Fd directory = os::open_directory(folder_of(to_));
  const os::Fd there =
      fs::is_block_file(to_) ? os::open_device(to_) : os::open_regular(directory, to_.filename());
  compare_contents(volume_, there);
}

void compare_contents(FileReader& reader, const os::Fd& with) {
  Bytes there(kCompareBytes);
  const auto read = [&](std::uint64_t offset, ByteSpan into) {
    return os::read_at(with.get(), offset, into, "a file");
  };
  const auto expect_zeros = [&](std::uint64_t from, std::uint64_t end) {
    while (from < end) {
      const auto data = os::next_data(with.get(), from, end);
      if (!data) return;
      from = data->first;
      const ByteSpan into =
          ByteSpan(there).first(std::min<std::uint64_t>(there.size(), end - from));
      if (read(from, into) != into.size() || !all_zero(into)) differ(from);
      from += into.size();
    }
  };
  std::uint64_t done = 0;
  reader.each_block([&](std::uint64_t offset, ByteView bytes) {
    expect_zeros(done, offset);
    if (there.size() < bytes.size()) there.resize(bytes.size());
    const ByteSpan into = ByteSpan(there).first(bytes.size());
    if (read(offset, into) != bytes.size() || !equal(into, bytes)) differ(offset);
    done = offset + bytes.size();
    return true;
  });
  expect_zeros(done, reader.size());
}

}  // namespace sealift::dataset
