// SPDX-License-Identifier: Apache-2.0
#include "stream/peer_keys.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "stream/reader.h"
#include "stream/rules.h"
#include "stream/suite_name.h"

namespace sealift::stream {
namespace {

/// What identifies a master key; equal for all its wrappings.
constexpr std::array kKeyFields = {"DSL_CRYPTO_SUITE", "DSL_CRYPTO_GUID", "DSL_CRYPTO_VERSION"};
/// What depends on how it is wrapped.
constexpr std::array kWrappingFields = {"DSL_CRYPTO_MASTER_KEY_1",
                                        "DSL_CRYPTO_HMAC_KEY_1",
                                        "DSL_CRYPTO_IV",
                                        "DSL_CRYPTO_MAC",
                                        "keyformat",
                                        "pbkdf2iters",
                                        "pbkdf2salt"};

template <class Names>
bool is_in(const Names& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(), [&](const char* each) { return name == each; });
}

/// Notes whether its source came to its end: a head may be cut off anywhere.
class HeadSource final : public Source {
 public:
  explicit HeadSource(Source& inner) : inner_(inner) {}
  std::size_t read(ByteSpan into) override {
    const std::size_t got = inner_.read(into);
    ended_ = ended_ || got == 0;
    return got;
  }
  bool has_ended() const { return ended_; }

 private:
  Source& inner_;
  bool ended_ = false;
};

/// Calls `visit(begin, payload, is_package)` with each BEGIN of the head once the record behind it
/// was found right: only that record's checksum covers a BEGIN's payload.
template <class Visit>
void each_begin(HeadSource& source, Visit&& visit) {
  Reader reader(source);
  std::optional<Begin> last;
  std::optional<UnpackedNvlist> payload;
  const auto next = [&] {
    try {
      return reader.next();
    } catch (const Error& error) {
      const bool is_cut = reader.is_package() && source.has_ended();
      if (!is_cut || error.kind() != ErrorKind::kDamaged || reader.records() < 2) throw;
      return static_cast<const Reader::Item*>(nullptr);
    }
  };
  while (const Reader::Item* item = next()) {
    if (last) {
      const Begin proven = *std::exchange(last, std::nullopt);
      visit(proven, payload, reader.is_package());
      if (!reader.is_package()) return;
    }
    if (const auto* begin = std::get_if<Begin>(&item->record)) {
      last = *begin;
      payload = reader.begin_payload();
    }
  }
}

const Nvlist& keydata_of(const Begin& begin, const std::optional<UnpackedNvlist>& payload) {
  const Rules check(begin, payload ? &payload->list : nullptr);
  const Nvlist* keydata = payload ? payload->list.get_nvlist(begin_key::kCryptKeydata) : nullptr;
  if (keydata == nullptr)
    fail(ErrorKind::kRefused, "the peer's stream of {} is not raw: it tells of no wrapping",
         begin.to_name);
  return *keydata;
}

/// Calls `visit(dataset's list, guid)` for each snapshot that a package's list names.
template <class Visit>
void each_listed(const Nvlist& package_list, Visit&& visit) {
  const Nvlist* all = package_list.get_nvlist("fss");
  if (all == nullptr) return;
  for (const Nvlist::Pair& pair : all->pairs()) {
    const auto* entry = std::get_if<std::vector<Nvlist>>(&pair.value);
    if (entry == nullptr || entry->size() != 1) continue;
    const Nvlist* snapshots = entry->front().get_nvlist("snaps");
    if (snapshots == nullptr) continue;
    for (const Nvlist::Pair& snapshot : snapshots->pairs())
      if (const auto* guid = std::get_if<std::uint64_t>(&snapshot.value))
        visit(entry->front(), *guid);
  }
}

std::string name_in(const Nvlist& dataset) {
  const std::string* name = dataset.get_string("name");
  return name == nullptr ? "a dataset without a name" : *name;
}

const char* as_root(bool is_root) {
  return is_root ? "an encryption root" : "none";
}

}  // namespace

std::string describe_key(const Nvlist& keydata) {
  const char* suite = suite_name(keydata.get_u64("DSL_CRYPTO_SUITE").value_or(0));
  return fmt::format(
      "key {:x}, suite {}, version {}", keydata.get_u64("DSL_CRYPTO_GUID").value_or(0),
      suite != nullptr ? suite : "unknown", keydata.get_u64("DSL_CRYPTO_VERSION").value_or(0));
}

Nvlist with_wrapping(const Nvlist& keydata, const PeerWrapping& wrapping) {
  Nvlist changed(keydata.flags());
  for (Nvlist::Pair pair : keydata.pairs()) {
    if (is_in(kWrappingFields, pair.name)) pair.value = wrapping.fields.find(pair.name)->value;
    changed.append(std::move(pair));
  }
  return changed;
}

void PeerKeys::add(Source& head) {
  HeadSource source(head);
  const auto visit = [&](const Begin& begin, const std::optional<UnpackedNvlist>& payload,
                         bool is_package) {
    if (begin.header_type() == HeaderType::kCompound) {
      if (payload) add_list(payload->list);
    } else if (begin.has(feature::kRaw) || !is_package) {
      add_single(keydata_of(begin, payload), begin.to_name);
    }
  };
  each_begin(source, visit);
  if (wrappings_.empty())
    fail(ErrorKind::kDamaged, "the peer's stream ends before it tells of a wrapping");
}

void PeerKeys::add_single(const Nvlist& keydata, const std::string& to_name) {
  PeerWrapping wrapping{Nvlist(keydata.flags()), to_name};
  for (const Nvlist::Pair& pair : keydata.pairs())
    if (is_in(kKeyFields, pair.name) || is_in(kWrappingFields, pair.name))
      wrapping.fields.add(pair);
  add_wrapping(std::move(wrapping));
}

void PeerKeys::add_wrapping(PeerWrapping wrapping) {
  const auto [there, is_new] = wrappings_.emplace(wrapping.key_guid(), wrapping);
  if (!is_new && there->second.fields != wrapping.fields)
    fail(ErrorKind::kRefused,
         "the peer wraps {} in one way in its stream of {}, and in another in "
         "that of {}",
         describe_key(wrapping.fields), there->second.from, wrapping.from);
}

void PeerKeys::add_list(const Nvlist& package_list) {
  if (!roots_) roots_.emplace();
  each_listed(package_list, [&](const Nvlist& dataset, std::uint64_t guid) {
    (*roots_)[guid] = dataset.contains("is_encroot");
  });
}

void PeerKeys::add(const PeerKeys& other) {
  for (const auto& [guid, wrapping] : other.wrappings_) add_wrapping(wrapping);
  if (!other.roots_) return;
  if (!roots_) roots_.emplace();
  roots_->insert(other.roots_->begin(), other.roots_->end());
}

const PeerWrapping* PeerKeys::find(std::uint64_t key_guid) const {
  const auto found = wrappings_.find(key_guid);
  return found == wrappings_.end() ? nullptr : &found->second;
}

const PeerWrapping* PeerKeys::match(const Nvlist& keydata) const {
  const PeerWrapping* found = find(keydata.get_u64("DSL_CRYPTO_GUID").value_or(0));
  if (found == nullptr) return nullptr;
  for (const char* name : kKeyFields)
    if (keydata.get_u64(name) != found->fields.get_u64(name))
      fail(ErrorKind::kRefused, "the stream has {}, and the peer's stream of {} has {}",
           describe_key(keydata), found->from, describe_key(found->fields));
  return found;
}

std::string PeerKeys::describe() const {
  std::string text;
  for (const auto& [guid, wrapping] : wrappings_)
    text += fmt::format("{}{} in the stream of {}", text.empty() ? "" : "; ",
                        describe_key(wrapping.fields), wrapping.from);
  return text;
}

void PeerKeys::check_roots(const Nvlist& package_list) const {
  std::map<const Nvlist*, bool> is_known;
  each_listed(package_list, [&](const Nvlist& dataset, std::uint64_t guid) {
    const bool is_root = dataset.contains("is_encroot");
    const auto there =
        roots_ ? roots_->find(guid) : std::map<std::uint64_t, bool>::const_iterator();
    const bool is_there = roots_ && there != roots_->end();
    is_known[&dataset] = is_known[&dataset] || is_there;
    if (!is_there || there->second == is_root) return;
    Error error(
        ErrorKind::kRefused,
        fmt::format("{} is {} at the sender, and {} at the peer: receiving the package would "
                    "change that, and no key would be asked",
                    name_in(dataset), as_root(is_root), as_root(there->second)));
    error.set_hint("send dataset by dataset");
    throw error;
  });
  for (const auto& [dataset, known] : is_known) {
    if (known || dataset->contains("is_encroot")) continue;
    Error error(ErrorKind::kRefused,
                fmt::format("no head tells whether {} is an encryption root at the peer",
                            name_in(*dataset)));
    error.set_hint("give the head of a package of the peer's tree, or send dataset by dataset");
    throw error;
  }
}

bool PeerKeys::is_same(const PeerKeys& now) const {
  const bool has_same_wrappings =
      wrappings_.size() == now.wrappings_.size() &&
      std::all_of(wrappings_.begin(), wrappings_.end(), [&](const auto& each) {
        const PeerWrapping* other = now.find(each.first);
        return other != nullptr && other->fields == each.second.fields;
      });
  if (!has_same_wrappings || roots_.has_value() != now.roots_.has_value()) return false;
  if (!roots_) return true;
  return std::all_of(roots_->begin(), roots_->end(), [&](const auto& each) {
    const auto other = now.roots_->find(each.first);
    return other == now.roots_->end() || other->second == each.second;
  });
}

// -- Peer --------------------------------------------------------------------------------------

namespace {

PeerKeys read_head(const PeerHead& head) {
  return in_context("cannot take the peer's wrapping", [&] {
    PeerKeys keys;
    keys.add(*head.open());
    return keys;
  });
}

}  // namespace

Peer::Peer(std::vector<PeerHead> heads) : heads_(std::move(heads)) {
  auto by_head = std::make_shared<std::vector<PeerKeys>>();
  auto all = std::make_shared<PeerKeys>();
  for (const PeerHead& head : heads_) {
    by_head->push_back(read_head(head));
    all->add(by_head->back());
  }
  by_head_ = std::move(by_head);
  keys_ = std::move(all);
}

void Peer::check_unchanged() const {
  for (std::size_t i = 0; i < heads_.size(); ++i) {
    if (heads_[i].again == PeerHead::Again::kNo) continue;
    const PeerKeys now = read_head(heads_[i]);
    if ((*by_head_)[i].is_same(now)) continue;
    Error error(
        ErrorKind::kRetry,
        fmt::format("the peer changed its wrapping while the stream was sent (it had {}; it "
                    "has {}): the stream is left without its end",
                    (*by_head_)[i].describe(), now.describe()));
    error.set_hint("the peer has received nothing: send again");
    throw error;
  }
}

}  // namespace sealift::stream
