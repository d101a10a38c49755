// SPDX-License-Identifier: Apache-2.0
// consumer STREAM DIRECTORY: keeps the stream in a new vault and sends it back.
#include <sealift/error.h>
#include <sealift/listing.h>
#include <sealift/receive.h>
#include <sealift/send.h>
#include <sealift/stream.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>

namespace {

sealift::ByteView view(const std::string& bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

class TextSource : public sealift::Source {
 public:
  explicit TextSource(const std::string& text) : rest_(view(text)) {}
  std::size_t read(sealift::ByteSpan into) override {
    const std::size_t count = std::min(into.size(), rest_.size());
    std::copy_n(rest_.begin(), count, into.begin());
    rest_ = rest_.subspan(count);
    return count;
  }

 private:
  sealift::ByteView rest_;
};

class TextSink : public sealift::Sink {
 public:
  void write(sealift::ByteView bytes) override { text.append(bytes.begin(), bytes.end()); }
  std::string text;
};

}  // namespace

int main(int, char** argv) {
  try {
    std::ifstream file(argv[1], std::ios::binary);
    const std::string stream{std::istreambuf_iterator<char>(file), {}};
    const auto summary = sealift::stream::verify(view(stream));
    sealift::Vault::init(argv[2], {"dr"}, {1'700'000'000, 1});
    auto vault = sealift::Vault::open(argv[2], sealift::Vault::Access::kWrite);
    TextSource source(stream);
    sealift::ReceiveRequest receive;
    receive.target = "dr/enc";
    sealift::receive(vault, source, receive, {}, {1'700'000'001, 2});
    sealift::SendRequest send;
    send.format.raw = true;
    const std::string& name = summary.substreams.front().to_name;
    send.snapshot = "dr/enc" + name.substr(name.find('@'));
    TextSink sink;
    const sealift::SendPlan plan = sealift::plan_send(vault, send);
    plan.run(sink, [](std::size_t) {});
    std::cout << send.snapshot << ": " << sink.text.size() << " bytes\n";
    return sink.text.size() == stream.size() ? 0 : 1;
  } catch (const sealift::Error& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
