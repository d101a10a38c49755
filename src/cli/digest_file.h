// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sealift/digest.h>

#include <functional>
#include <string>

#include "os/fd_channel.h"

namespace sealift::cli {

/// What `--sha256` names: a digest in its digits, or a file with it that sha256sum(1) or
/// `send --sha256-to` writes.
class WantedDigest {
 public:
  /// Returns when there is something to read at a descriptor, or throws.
  using Wait = std::function<void(int fd)>;

  /// Of a file nothing is read yet. A FIFO is opened, for whoever writes to it waits for that.
  explicit WantedDigest(std::string text);
  /// Throws Error: kState if the file cannot be read, kUsage if there is no digest in it.
  stream::Digest read(const Wait& wait);

 private:
  void open();

  std::string text_;
  os::Fd fd_;
};

/// Where `--sha256-to` writes. A regular file is emptied at once, so that none is left with the
/// digest of another stream; a FIFO is opened when there is something to write, for that waits
/// for who reads.
class DigestFile {
 public:
  explicit DigestFile(std::string path);
  void write(const stream::Digest& digest);

 private:
  void open();

  std::string path_;
  os::Fd fd_;
};

}  // namespace sealift::cli
