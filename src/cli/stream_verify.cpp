// SPDX-License-Identifier: Apache-2.0
#include <sealift/stream.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cli/command.h"
#include "cli/stream_input.h"

namespace sealift::cli {
namespace {

struct Options {
  std::string file;
  bool quiet = false;
  bool json = false;
};

void print_text(const stream::StreamSummary& summary) {
  for (const stream::SubstreamSummary& each : summary.substreams) {
    const bool raw = (each.features >> 24 & 1) != 0;
    fmt::print("{}{} {} guid {:x}", raw ? "raw " : "", each.from_guid == 0 ? "full" : "incremental",
               each.to_name, each.to_guid);
    if (each.from_guid != 0) fmt::print(" from {:x}", each.from_guid);
    fmt::print(": {} records, {} bytes\n", each.records, each.bytes);
  }
  fmt::print("{}{}: {} records, {} bytes, no fault found\n",
             summary.big_endian ? "big-endian " : "", summary.is_package ? "package" : "stream",
             summary.records, summary.bytes);
}

void print_json(const stream::StreamSummary& summary) {
  nlohmann::json substreams = nlohmann::json::array();
  for (const stream::SubstreamSummary& each : summary.substreams) {
    substreams.push_back({{"toname", each.to_name},
                          {"toguid", fmt::format("{:x}", each.to_guid)},
                          {"fromguid", fmt::format("{:x}", each.from_guid)},
                          {"features", fmt::format("{:x}", each.features)},
                          {"records", each.records},
                          {"bytes", each.bytes}});
  }
  const nlohmann::json json = {{"package", summary.is_package},
                               {"byteorder", summary.big_endian ? "big" : "little"},
                               {"records", summary.records},
                               {"bytes", summary.bytes},
                               {"substreams", substreams}};
  fmt::print("{}\n", json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

Action setup(CLI::App& app, const Globals&) {
  const auto options = std::make_shared<Options>();
  app.add_flag("-q", options->quiet, "print nothing if there is no fault");
  app.add_flag("-j", options->json, "print JSON");
  app.add_option("FILE", options->file, "the stream (default: standard input)");
  return [options] {
    const auto from = open_stream_input(options->file);
    const stream::StreamSummary summary = stream::verify(*from);
    if (options->json) {
      print_json(summary);
    } else if (!options->quiet) {
      print_text(summary);
    }
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kStreamVerify;
const Command kStreamVerify = {"stream verify", "check a send stream without a key", setup};

}  // namespace sealift::cli
