// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sealift::os {

/// Makes `ps` show titles instead of the command line. Linux shows the memory in which the kernel
/// put arguments and environment; the environment is moved out of the way, for good. A process has
/// one such memory: make one of these, before other threads, when `argv` is needed no more.
class ProcessTitle {
 public:
  explicit ProcessTitle(char** argv);

  /// Shows "sealift: `title`", as far as there is room. Any thread, one at a time.
  void set(std::string_view title);

 private:
  char* begin_;
  char* end_;
};

}  // namespace sealift::os
