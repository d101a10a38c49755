// SPDX-License-Identifier: Apache-2.0
#include "cli/ask_key.h"

#include "base/error.h"
#include "cli/talk.h"
#include "os/core_dumps.h"
#include "os/terminal.h"

namespace sealift::cli {
namespace {

/// As zfs asks: "Enter new passphrase for 'dr/enc': ".
std::string wording(const KeyQuestion& question) {
  return fmt::format(
      "{} {}{}{} for '{}': ", question.purpose == KeyPurpose::kNewAgain ? "Re-enter" : "Enter",
      question.purpose == KeyPurpose::kOpen ? "" : "new ", question.format,
      question.format == "passphrase" ? "" : " key", question.dataset);
}

std::size_t ask(const KeyQuestion& question, ByteSpan into) {
  if (!question.trouble.empty()) say_error(question.trouble);
  if (question.format != "raw") return os::read_secret_line(wording(question), into);
  if (os::is_stdin_terminal()) fail(ErrorKind::kUsage, "Cannot enter raw keys on the terminal");
  return os::read_secret_bytes(into);
}

}  // namespace

void add_key_option(Parser& parser, std::string& location) {
  parser
      .add_option("-L", location,
                  "where the key is: file:///PATH, https://ADDRESS, fd://N or prompt")
      .type_name("LOCATION");
}

const os::Keyring& keyring() {
  os::forbid_core_dumps();
  return os::system_keyring();
}

KeyAccess key_access(const std::string& location) {
  KeyAccess access;
  access.location = location;
  access.ask = ask;
  access.is_person = os::is_stdin_terminal();
  access.loaded = &keyring();
  return access;
}

}  // namespace sealift::cli
