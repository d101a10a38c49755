// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "stream/peer_keys.h"
#include "stream/stream_check.h"
#include "stream/writer.h"

namespace sealift::stream {
namespace {

class Rewrapper {
 public:
  Rewrapper(Source& from, Sink& to, const Peer& peer) : reader_(from), to_(to), peer_(peer) {}

  RewrapSummary run() {
    while (const Reader::Item* item = reader_.next()) {
      is_in_substream_ = check_.is_in_substream();
      check_.check(reader_, *item);
      if (std::holds_alternative<Begin>(item->record)) {
        begin(*item);
      } else if (std::holds_alternative<End>(item->record)) {
        end(*item);
      } else {
        writer_->write(item->record, item->payload);
      }
    }
    return summary_;
  }

 private:
  void begin(const Reader::Item& item);
  void begin_package(const Reader::Item& item);
  void end(const Reader::Item& item);
  const PeerWrapping* choose(const Begin& begin) const;
  Bytes repacked(const PeerWrapping& wrapping, ByteView payload) const;
  void change_endian();

  Reader reader_;
  Sink& to_;
  const Peer& peer_;
  StreamCheck check_;
  std::optional<Writer> writer_;
  bool is_in_substream_ = false;  ///< the record before the last was
  bool is_rewrapped_ = false;     ///< the substream we are in
  RewrapSummary summary_;
};

/// Each substream of a package has the byte order of its host.
void Rewrapper::change_endian() {
  if (writer_ && writer_->endian() == reader_.endian()) return;
  if (writer_) writer_->flush();
  writer_.emplace(to_, reader_.endian());
}

void Rewrapper::begin(const Reader::Item& item) {
  change_endian();
  const auto& begin = std::get<Begin>(item.record);
  if (begin.header_type() == HeaderType::kCompound) return begin_package(item);
  const PeerWrapping* wrapping =
      in_context(fmt::format("cannot rewrap {}", begin.to_name), [&] { return choose(begin); });
  is_rewrapped_ = wrapping != nullptr;
  if (!is_rewrapped_) {
    ++summary_.unchanged;
    return writer_->write(item.record, item.payload);
  }
  ++summary_.rewrapped;
  writer_->write(item.record, repacked(*wrapping, item.payload));
}

void Rewrapper::begin_package(const Reader::Item& item) {
  if (reader_.begin_payload())
    in_context("cannot rewrap the package",
               [&] { peer_.keys().check_roots(reader_.begin_payload()->list); });
  writer_->write(item.record, item.payload);
}

/// Null where the stream stays as it is: in a package, what is not sealed, and full streams of
/// datasets that the peer does not have yet.
const PeerWrapping* Rewrapper::choose(const Begin& begin) const {
  const auto& payload = reader_.begin_payload();
  const Nvlist* keydata = payload ? payload->list.get_nvlist(begin_key::kCryptKeydata) : nullptr;
  if (keydata == nullptr) {
    if (reader_.is_package()) return nullptr;
    fail(ErrorKind::kRefused, "the stream is not raw, and has no wrapping");
  }
  const PeerWrapping* found = peer_.keys().match(*keydata);
  if (found == nullptr && !(reader_.is_package() && begin.from_guid == 0))
    fail(ErrorKind::kRefused, "the stream has {}, and the peer has {}", describe_key(*keydata),
         peer_.keys().describe());
  return found;
}

/// All fields keep their sizes, so the list and what follows it do too.
Bytes Rewrapper::repacked(const PeerWrapping& wrapping, ByteView payload) const {
  const UnpackedNvlist& received = *reader_.begin_payload();
  Nvlist list(received.list.flags());
  for (Nvlist::Pair pair : received.list.pairs()) {
    if (pair.name == begin_key::kCryptKeydata && pair.type == DataType::kNvlist) {
      auto& keydata = std::get<std::vector<Nvlist>>(pair.value).front();
      keydata = with_wrapping(keydata, wrapping);
    }
    list.append(std::move(pair));
  }
  Bytes packed = encode_nvlist(list, received.packing);
  SEALIFT_ASSERT(packed.size() == received.packed_size);
  packed.resize(payload.size());
  return packed;
}

/// Until its END a receiver has nothing.
void Rewrapper::end(const Reader::Item& item) {
  const Record record = item.record;
  const bool is_sealed = item.checksum != Checksum{};
  if (item.number > 1 && !is_in_substream_) check_.finish();
  if (std::exchange(is_rewrapped_, false)) {
    if (!reader_.is_package()) reader_.next();  // throws if anything follows
    writer_->flush();
    peer_.check_unchanged();
  }
  if (is_sealed) {
    writer_->write_sealed_end(std::get<End>(record));
  } else {
    writer_->write(record);
  }
  writer_->flush();
}

}  // namespace

RewrapSummary rewrap(Source& from, Sink& to, const Peer& peer) {
  return Rewrapper(from, to, peer).run();
}

}  // namespace sealift::stream
