// SPDX-License-Identifier: Apache-2.0
#include <sealift/stream.h>

#include "cli/command.h"
#include "cli/stream_input.h"

namespace sealift::cli {
namespace {

struct Options {
  std::string file;
  int verbose = 0;
  bool data = false;
  bool ignore_checksums = false;
  bool json = false;
};

stream::DumpOptions dump_options(const Options& options) {
  using stream::DumpOptions;
  DumpOptions dump;
  if (options.verbose == 1) dump.records = DumpOptions::Records::kAll;
  if (options.verbose > 1 || options.data) dump.records = DumpOptions::Records::kAllAndChecksums;
  if (options.data) dump.payloads = DumpOptions::Payloads::kYes;
  if (options.ignore_checksums) dump.checksums = DumpOptions::Checksums::kIgnore;
  if (options.json) dump.format = DumpOptions::Format::kJson;
  return dump;
}

Action setup(Parser& parser, const Globals&) {
  const auto options = std::make_shared<Options>();
  parser.add_flag("-v", options->verbose, "print every record; twice: with its checksum");
  parser.add_flag("-d", options->data, "print payloads too (implies -vv)");
  parser.add_flag("-C", options->ignore_checksums, "do not verify checksums");
  parser.add_flag("-j", options->json, "print JSON, one object a line");
  parser.add_option("FILE", options->file, "the stream (default: standard input)");
  return [options] {
    const auto from = open_stream_input(options->file);
    stream::dump(*from, *open_stdout(), dump_options(*options));
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kStreamDump;
const Command kStreamDump = {"stream dump", "print what a send stream consists of", setup};

}  // namespace sealift::cli
