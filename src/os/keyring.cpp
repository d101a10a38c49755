// SPDX-License-Identifier: Apache-2.0
#include "os/keyring.h"

#include <keyutils.h>

#include <cerrno>
#include <system_error>

#include "base/error.h"
#include "os/errno.h"

namespace sealift::os {
namespace {

constexpr const char* kType = "user";  // "logon" keys cannot be read back
/// Who holds the keyring may do what is needed here; others of the user's processes see that there
/// is a key, and nobody else anything.
constexpr key_perm_t kPermissions =
    KEY_POS_VIEW | KEY_POS_READ | KEY_POS_SEARCH | KEY_POS_WRITE | KEY_POS_SETATTR | KEY_USR_VIEW;

/// What a missing, revoked or expired key answers, and a kernel or sandbox without keyrings.
bool is_absence(int code) {
  switch (code) {
    case ENOKEY:
    case EKEYEXPIRED:
    case EKEYREVOKED:
    case ENOSYS:
    case EPERM:
    case EACCES:
      return true;
    default:
      return false;
  }
}

[[noreturn]] void fail_to_keep(const std::string& name) {
  if (errno == EDQUOT || errno == ENOMEM) fail_errno("keep", name);
  Error error(ErrorKind::kState, fmt::format("no key can be kept: the kernel's keyring says '{}'",
                                             std::generic_category().message(errno)));
  error.set_hint(
      "in a container the keyring is often forbidden; give the key to each command with -L, or set "
      "keylocation to a file");
  throw error;
}

class KernelKeyring final : public Keyring {
 public:
  std::optional<std::size_t> read(const std::string& name, ByteSpan into) const override {
    const auto key = find(name);
    if (!key) return std::nullopt;
    const long size = ::keyctl_read(*key, reinterpret_cast<char*>(into.data()), into.size());
    if (size < 0 && !is_absence(errno)) fail_errno("read", name);
    if (size < 0 || static_cast<std::size_t>(size) > into.size()) return std::nullopt;
    return static_cast<std::size_t>(size);
  }

  void keep(const std::string& name, ByteView secret,
            std::optional<std::chrono::seconds> life) const override {
    possess();
    // A key that is only updated would keep its old permissions and time.
    forget(name);
    const key_serial_t key = ::add_key(kType, name.c_str(), secret.data(), secret.size(), ring());
    if (key < 0) fail_to_keep(name);
    const long limited = ::keyctl_setperm(key, kPermissions);
    const long timed =
        life ? ::keyctl_set_timeout(key, static_cast<unsigned>(life->count())) : limited;
    if (limited == 0 && timed == 0) return;
    const int code = errno;
    ::keyctl_unlink(key, ring());
    errno = code;
    fail_to_keep(name);
  }

  bool forget(const std::string& name) const override {
    const auto key = find(name);
    if (!key) return false;
    if (::keyctl_unlink(*key, ring()) == 0) return true;
    if (!is_absence(errno)) fail_errno("forget", name);
    return false;
  }

 private:
  static key_serial_t ring() { return KEY_SPEC_USER_KEYRING; }

  /// What is in the user's keyring may be read by who possesses that: sessions of services and of
  /// sudo do so only after this.
  static void possess() { ::keyctl_link(ring(), KEY_SPEC_PROCESS_KEYRING); }

  static std::optional<key_serial_t> find(const std::string& name) {
    possess();
    const long key = ::keyctl_search(ring(), kType, name.c_str(), 0);
    if (key < 0 && !is_absence(errno)) fail_errno("look for", name);
    if (key < 0) return std::nullopt;
    return static_cast<key_serial_t>(key);
  }
};

}  // namespace

const Keyring& system_keyring() {
  static const KernelKeyring keyring;
  return keyring;
}

}  // namespace sealift::os
