// SPDX-License-Identifier: Apache-2.0
#include "cli/ask_key.h"

#include "base/error.h"
#include "os/terminal.h"

namespace sealift::cli {

void add_key_option(CLI::App& app, std::string& location) {
  app.add_option("-L", location, "where the key is: file:///PATH, fd://N or prompt")
      ->type_name("LOCATION");
}

KeyAccess key_access(const std::string& location) {
  KeyAccess access;
  access.location = location;
  access.ask = [](const KeyQuestion& question, ByteSpan into) {
    return os::read_secret_line(
        fmt::format("Enter {} for '{}': ", question.format == "hex" ? "hex key" : question.format,
                    question.dataset),
        into);
  };
  return access;
}

}  // namespace sealift::cli
