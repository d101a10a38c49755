// SPDX-License-Identifier: Apache-2.0
#include "support/streams.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace sealift::test {
namespace {

std::vector<ReferenceStream> read_index() {
  std::ifstream in(SEALIFT_TEST_DATA "/streams/index.tsv");
  if (!in) throw std::runtime_error("no index of reference streams");
  std::vector<ReferenceStream> streams;
  std::string line;
  std::getline(in, line);  // the heads of the columns
  while (std::getline(in, line)) {
    std::istringstream row(line);
    ReferenceStream stream;
    row >> stream.file >> stream.kind >> stream.from >> stream.to >> stream.key;
    streams.push_back(stream);
  }
  return streams;
}

}  // namespace

std::string ReferenceStream::path() const {
  return SEALIFT_TEST_DATA "/streams/" + file;
}

Bytes ReferenceStream::read() const {
  return read_file(path());
}

const std::vector<ReferenceStream>& reference_streams() {
  static const std::vector<ReferenceStream> streams = read_index();
  return streams;
}

Bytes read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot open " + path);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

std::size_t MemorySource::read(ByteSpan into) {
  const std::size_t size = std::min({into.size(), rest_.size(), piece_});
  std::copy_n(rest_.begin(), size, into.begin());
  rest_ = rest_.subspan(size);
  return size;
}

}  // namespace sealift::test
