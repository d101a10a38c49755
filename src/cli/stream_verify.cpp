// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <sealift/digest.h>
#include <sealift/keys.h>

#include "base/error.h"
#include "cli/ask_key.h"
#include "cli/command.h"
#include "cli/digest_file.h"
#include "cli/json.h"
#include "cli/stream_input.h"

namespace sealift::cli {
namespace {

struct Options {
  std::string file;
  std::string location;
  std::string digest;
  bool quiet = false;
  bool json = false;
};

const char* name_of(StreamVerdict verdict) {
  switch (verdict) {
    case StreamVerdict::kProven:
      return "proven";
    case StreamVerdict::kOpened:
      return "opened";
    case StreamVerdict::kPlain:
      break;
  }
  return "plain";
}

const char* meaning_of(StreamVerdict verdict) {
  switch (verdict) {
    case StreamVerdict::kProven:
      return "the key opens all of it";
    case StreamVerdict::kOpened:
      return "the key opens every block that came; the portable MAC needs the snapshot before";
    case StreamVerdict::kPlain:
      break;
  }
  return "not encrypted";
}

/// `proven` has verdicts only if there was a key.
void print_text(const ProvenStream& proven) {
  const stream::StreamSummary& summary = proven.summary;
  for (std::size_t i = 0; i < summary.substreams.size(); ++i) {
    const stream::SubstreamSummary& each = summary.substreams[i];
    const bool raw = (each.features >> 24 & 1) != 0;
    fmt::print("{}{} {} guid {:x}", raw ? "raw " : "", each.from_guid == 0 ? "full" : "incremental",
               each.to_name, each.to_guid);
    if (each.from_guid != 0) fmt::print(" from {:x}", each.from_guid);
    fmt::print(": {} records, {} bytes\n", each.records, each.bytes);
    if (i < proven.verdicts.size())
      fmt::print("  {} ({})\n", name_of(proven.verdicts[i]), meaning_of(proven.verdicts[i]));
  }
  fmt::print("{}{}: {} records, {} bytes, no fault found\n",
             summary.big_endian ? "big-endian " : "", summary.is_package ? "package" : "stream",
             summary.records, summary.bytes);
}

void print_json(const ProvenStream& proven) {
  const stream::StreamSummary& summary = proven.summary;
  Json substreams = Json::array();
  for (std::size_t i = 0; i < summary.substreams.size(); ++i) {
    const stream::SubstreamSummary& each = summary.substreams[i];
    substreams.push_back({{"toname", each.to_name},
                          {"toguid", fmt::format("{:x}", each.to_guid)},
                          {"fromguid", fmt::format("{:x}", each.from_guid)},
                          {"features", fmt::format("{:x}", each.features)},
                          {"records", each.records},
                          {"bytes", each.bytes}});
    if (i < proven.verdicts.size()) substreams.back()["verdict"] = name_of(proven.verdicts[i]);
  }
  print({{"package", summary.is_package},
         {"byteorder", summary.big_endian ? "big" : "little"},
         {"records", summary.records},
         {"bytes", summary.bytes},
         {"substreams", substreams}});
}

/// Where the stream comes from standard input, nobody can be asked for a key there.
ProvenStream verify(const Options& options, Source& from) {
  if (options.location.empty()) return {stream::verify(from), {}};
  KeyAccess access = key_access(options.location);
  if (options.file.empty() || options.file == "-") access.ask = nullptr;
  return prove_stream(from, access);
}

void wait_for(int fd) {
  pollfd watched{fd, POLLIN, 0};
  ::poll(&watched, 1, -1);
}

/// The same, and that the stream has the digest it is to have.
ProvenStream verify(const Options& options) {
  const auto from = open_stream_input(options.file);
  if (options.digest.empty()) return verify(options, *from);
  WantedDigest wanted(options.digest);
  stream::DigestingSource digesting(*from);
  ProvenStream proven = verify(options, digesting);
  stream::check_digest(digesting.finish(), wanted.read(wait_for));
  return proven;
}

Action setup(Parser& parser, const Globals&) {
  const auto options = std::make_shared<Options>();
  parser.add_flag("-q", options->quiet, "print nothing if there is no fault");
  parser.add_flag("-j", options->json, "print JSON");
  parser
      .add_option("-L,--key", options->location,
                  "prove it with the key at file:///PATH, https://ADDRESS, fd://N or prompt")
      .type_name("LOCATION");
  parser
      .add_option("--sha256", options->digest,
                  "check that it has this digest, of 64 digits or in a file")
      .type_name("DIGEST");
  parser.add_option("FILE", options->file, "the stream (default: standard input)");
  return [options] {
    const ProvenStream proven = verify(*options);
    if (options->json) {
      print_json(proven);
    } else if (!options->quiet) {
      print_text(proven);
    }
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kStreamVerify;
const Command kStreamVerify = {"stream verify", "check a send stream, with a key or without",
                               setup};

}  // namespace sealift::cli
