// SPDX-License-Identifier: Apache-2.0
#include "dataset/acl.h"

#include <array>

#include "base/error.h"
#include "dataset/file_reader.h"

namespace sealift::dataset {
namespace {

/// MAX_ACL_ENTRIES (include/os/linux/spl/sys/acl.h), the largest of each.
constexpr std::uint64_t kMaxAclBytes = 1024 * acl_entry::kObjectBytes;
constexpr std::uint16_t kFirstObjectType = 5;  // ACE_ACCESS_ALLOWED_OBJECT_ACE_TYPE
constexpr std::uint16_t kLastObjectType = 8;

struct Letter {
  std::uint32_t bit;
  char letter;
};
/// include/os/linux/spl/sys/acl.h, ACE_*.
constexpr std::array<Letter, 8> kFlagLetters = {{{0x0001, 'f'},
                                                 {0x0002, 'd'},
                                                 {0x0004, 'n'},
                                                 {0x0008, 'i'},
                                                 {0x0010, 'S'},
                                                 {0x0020, 'F'},
                                                 {0x0040, 'g'},
                                                 {0x0080, 'I'}}};
constexpr std::array<Letter, 14> kMaskLetters = {{{0x000001, 'r'},
                                                  {0x000002, 'w'},
                                                  {0x000004, 'a'},
                                                  {0x000040, 'D'},
                                                  {0x000020, 'x'},
                                                  {0x000080, 't'},
                                                  {0x000100, 'T'},
                                                  {0x000008, 'n'},
                                                  {0x000010, 'N'},
                                                  {0x010000, 'd'},
                                                  {0x020000, 'c'},
                                                  {0x040000, 'C'},
                                                  {0x080000, 'o'},
                                                  {0x100000, 'y'}}};

struct Ace {
  std::uint16_t type = 0;
  std::uint16_t flags = 0;
  std::uint32_t mask = 0;
  std::uint64_t who = 0;
};

template <std::size_t N>
std::string letters(const std::array<Letter, N>& table, std::uint32_t bits) {
  std::string text;
  for (const auto& [bit, letter] : table)
    if ((bits & bit) != 0) text += letter;
  return text;
}

std::string text_of(const Ace& entry) {
  constexpr std::string_view types = "ADUL";
  if (entry.type >= types.size()) fail(ErrorKind::kState, "an ACL entry of type {}", entry.type);
  std::string who;
  switch (entry.flags & (acl_entry::kOwner | acl_entry::kGroup | acl_entry::kEveryone)) {
    case acl_entry::kOwner:
      who = "OWNER@";
      break;
    case acl_entry::kGroup:
      who = "GROUP@";
      break;
    case acl_entry::kEveryone:
      who = "EVERYONE@";
      break;
    default:
      who = fmt::format("{}", entry.who);
  }
  return fmt::format("{}:{}:{}:{}\n", types[entry.type], letters(kFlagLetters, entry.flags), who,
                     letters(kMaskLetters, entry.mask));
}

/// Takes numbers off the front of an ACL.
class Input {
 public:
  Input(ByteView bytes, Endian byte_order) : rest_(bytes), byte_order_(byte_order) {}

  bool has(std::size_t bytes) const { return rest_.size() >= bytes; }
  template <class T>
  T take() {
    if (!has(sizeof(T))) fail(ErrorKind::kDamaged, "an ACL that is cut off");
    const T value = load<T>(rest_.data(), byte_order_);
    rest_ = rest_.subspan(sizeof(T));
    return value;
  }
  void skip(std::size_t bytes) {
    if (!has(bytes)) fail(ErrorKind::kDamaged, "an ACL that is cut off");
    rest_ = rest_.subspan(bytes);
  }

 private:
  ByteView rest_;
  Endian byte_order_;
};

Ace take_entry(Input& input) {
  Ace entry;
  entry.type = input.take<std::uint16_t>();
  entry.flags = input.take<std::uint16_t>();
  entry.mask = input.take<std::uint32_t>();
  const std::uint16_t who = entry.flags & acl_entry::kWhoMask;
  const bool is_abstract = who == acl_entry::kOwner || who == acl_entry::kEveryone ||
                           who == (acl_entry::kGroup | acl_entry::kIdentifierGroup);
  if (!is_abstract) entry.who = input.take<std::uint64_t>();
  if (!is_abstract && entry.type >= kFirstObjectType && entry.type <= kLastObjectType)
    input.skip(acl_entry::kObjectBytes - acl_entry::kBytes);
  return entry;
}

Ace take_old_entry(Input& input) {
  Ace entry;
  entry.who = input.take<std::uint32_t>();
  entry.mask = input.take<std::uint32_t>();
  entry.flags = input.take<std::uint16_t>();
  entry.type = input.take<std::uint16_t>();
  return entry;
}

std::string text_of(Input input, std::uint64_t count, std::uint16_t version) {
  std::string text;
  for (std::uint64_t i = 0; i < count; ++i)
    text += text_of(version == 0 ? take_old_entry(input) : take_entry(input));
  return text;
}

/// The one at the end of a legacy znode: its entries there, or in an object of their own.
std::string legacy_text(const FileSystem& files, const Attributes::Value& acl) {
  Input input(acl.bytes, acl.byte_order);
  const auto object = input.take<std::uint64_t>();
  const auto size = input.take<std::uint32_t>();
  const auto version = input.take<std::uint16_t>();
  const auto count = input.take<std::uint16_t>();
  const std::uint64_t entries = version == 0 ? size : count;
  if (object == 0) return text_of(input, entries, version);
  const std::uint64_t bytes = version == 0 ? size * legacy_acl::kOldEntryBytes : size;
  if (bytes > kMaxAclBytes) fail(ErrorKind::kDamaged, "an ACL of {} bytes", bytes);
  ObjectPtr found = files.plaintext().get(object);
  const auto block = files.plaintext().read(*found, 0);
  const Endian byte_order = block ? block->byte_order : acl.byte_order;
  Bytes contents(bytes);
  FileReader(files.plaintext(), std::move(found), bytes).read(0, contents);
  return text_of({contents, byte_order}, entries, version);
}

}  // namespace

std::optional<std::string> nfs4_acl(const FileSystem& files, const File& file) {
  if ((file.flags & znode_flag::kTrivialAcl) != 0) return std::nullopt;
  return in_context("its ACL", [&]() -> std::optional<std::string> {
    const auto count = file.attributes.number(Attribute::kAclCount);
    const Attributes::Value* entries = file.attributes.find(Attribute::kAcl);
    if (count && entries != nullptr)
      return text_of({entries->bytes, entries->byte_order}, *count, 1);
    if (const Attributes::Value* legacy = file.attributes.find(Attribute::kLegacyAcl))
      return legacy_text(files, *legacy);
    return std::nullopt;
  });
}

}  // namespace sealift::dataset
