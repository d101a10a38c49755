// SPDX-License-Identifier: Apache-2.0
#include "keys/new_key.h"

#include <charconv>

#include "base/error.h"

namespace sealift::keys {
namespace {

using crypto::Secret;

constexpr std::size_t kMinPassphraseBytes = 8;
constexpr std::size_t kMaxPassphraseBytes = 512;
// OpenZFS include/sys/fs/zfs.h
constexpr std::uint64_t kMinIterations = 100'000;
constexpr std::uint64_t kDefaultIterations = 350'000;

/// An old passphrase may be of any length; a new one may not.
void check_passphrase(const Secret& material) {
  const std::size_t length = first_line(material).size();
  if (length > kMaxPassphraseBytes)
    fail(ErrorKind::kUsage, "Passphrase too long (max {})", kMaxPassphraseBytes);
  if (length < kMinPassphraseBytes)
    fail(ErrorKind::kUsage, "Passphrase too short (min {})", kMinPassphraseBytes);
}

Secret read_material(const NewKeyPlan& plan, const KeyAccess& access) {
  KeyQuestion question{plan.dataset, name_of(plan.format), KeyPurpose::kNew, {}};
  Secret material = read_key_material(plan.location, access, question);
  if (plan.format == KeyFormat::kPassphrase) check_passphrase(material);
  if (plan.location != "prompt" || !access.is_person) return material;
  question.purpose = KeyPurpose::kNewAgain;
  const Secret again = read_key_material(plan.location, access, question);
  if (!crypto::is_equal(material.view(), again.view()))
    fail(ErrorKind::kUsage, "Provided keys do not match");
  return material;
}

}  // namespace

KeyFormat parse_key_format(std::string_view name) {
  for (const KeyFormat format : {KeyFormat::kRaw, KeyFormat::kHex, KeyFormat::kPassphrase})
    if (name == name_of(format)) return format;
  fail(ErrorKind::kUsage, "'keyformat' must be one of 'raw | hex | passphrase'");
}

std::uint64_t parse_pbkdf2_iterations(std::string_view text) {
  std::uint64_t iterations = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, iterations);
  if (error != std::errc{} || stopped != end)
    fail(ErrorKind::kUsage, "'pbkdf2iters' must be a number, not '{}'", text);
  if (iterations < kMinIterations)
    fail(ErrorKind::kUsage, "minimum pbkdf2 iterations is {}", kMinIterations);
  return iterations;
}

NewKey make_new_key(const NewKeyPlan& plan, const KeyAccess& access, const os::Random& random) {
  Derivation derivation;
  derivation.format = plan.format;
  if (plan.format == KeyFormat::kPassphrase) {
    derivation.pbkdf2_salt = random.guid();
    derivation.pbkdf2_iterations = plan.pbkdf2_iterations.value_or(kDefaultIterations);
  } else if (plan.pbkdf2_iterations) {
    fail(ErrorKind::kUsage, "Cannot specify pbkdf2iters with a non-passphrase keyformat");
  }
  return {WrappingKey::derive(read_material(plan, access), derivation), derivation};
}

}  // namespace sealift::keys
