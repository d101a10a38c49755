// SPDX-License-Identifier: Apache-2.0
#include "keys/key_material.h"

#include <charconv>

#include "base/error.h"
#include "os/fd_channel.h"
#include "os/file.h"
#include "os/web.h"

namespace sealift::keys {
namespace {

using crypto::Secret;

constexpr std::string_view kFile = "file://";
constexpr std::string_view kDescriptor = "fd://";
constexpr std::string_view kWeb[] = {"https://", "http://"};
/// Far above the longest passphrase that zfs takes.
constexpr std::size_t kMaxMaterialBytes = 4096;

bool starts_with(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}

Secret read_file(const std::string& path) {
  if (path.empty() || path.front() != '/')
    fail(ErrorKind::kUsage, "keylocation file://{} is no absolute path", path);
  const os::File file(path, os::OpenMode::kRead);
  Secret material(kMaxMaterialBytes);
  material.shrink(file.read_at(0, material.span()));
  return material;
}

Secret read_descriptor(std::string_view number) {
  int fd = -1;
  const char* end = number.data() + number.size();
  const auto [stopped, error] = std::from_chars(number.data(), end, fd);
  if (error != std::errc{} || stopped != end || fd < 0)
    fail(ErrorKind::kUsage, "keylocation fd://{} is no file descriptor", number);
  os::FdSource source(os::duplicate(fd), fmt::format("file descriptor {}", fd));
  Secret material(kMaxMaterialBytes);
  std::size_t size = 0;
  while (size < material.size()) {
    const std::size_t count = source.read(material.span().subspan(size));
    if (count == 0) break;
    size += count;
  }
  material.shrink(size);
  return material;
}

bool is_on_web(std::string_view location) {
  return starts_with(location, kWeb[0]) || starts_with(location, kWeb[1]);
}

Secret read_web(const std::string& address) {
  Secret material(kMaxMaterialBytes);
  material.shrink(os::fetch(address, material.span()));
  return material;
}

Secret ask(const KeyAccess& access, const KeyQuestion& question) {
  if (!access.ask)
    fail(ErrorKind::kUsage, "nobody can be asked for the key of {}", question.dataset);
  Secret material(kMaxMaterialBytes);
  material.shrink(access.ask(question, material.span()));
  return material;
}

}  // namespace

bool is_unattended(std::string_view location) {
  return starts_with(location, kFile) || starts_with(location, kDescriptor) || is_on_web(location);
}

Secret read_key_material(const std::string& location, const KeyAccess& access,
                         const KeyQuestion& question) {
  if (starts_with(location, kFile)) return read_file(location.substr(kFile.size()));
  if (starts_with(location, kDescriptor))
    return read_descriptor(std::string_view(location).substr(kDescriptor.size()));
  if (is_on_web(location)) return read_web(location);
  if (location == kPrompt) return ask(access, question);
  fail(ErrorKind::kUsage,
       "keylocation '{}' is none of file://, https://, http://, fd:// and prompt", location);
}

}  // namespace sealift::keys
