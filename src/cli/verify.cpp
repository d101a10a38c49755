// SPDX-License-Identifier: Apache-2.0
#include <sealift/keys.h>

#include "base/error.h"
#include "cli/ask_key.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/nice_number.h"
#include "cli/talk.h"
#include "os/directory.h"

namespace sealift::cli {
namespace {

struct Options {
  std::string target;
  std::string location;
  bool recursive = false;
  bool root = false;
  bool blocks = false;
  bool quiet = false;
  bool json = false;
};

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kProven:
      return "proven";
    case Verdict::kUnproven:
      return "unproven";
    case Verdict::kPlain:
      return "plain";
    case Verdict::kDamaged:
      break;
  }
  return "DAMAGED";
}

const char* meaning_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kProven:
      return "the key opens all of it";
    case Verdict::kUnproven:
      return "checksums and structure are right; no key, no proof";
    case Verdict::kPlain:
      return "not encrypted; checksums and structure are right";
    case Verdict::kDamaged:
      break;
  }
  return "see the faults";
}

void print_text(const VerifiedSnapshot& each) {
  fmt::print("{}: {} ({}): {} objects, {} blocks, {}\n", each.snapshot, name_of(each.verdict),
             meaning_of(each.verdict), each.objects, each.blocks, nice_bytes(each.bytes));
}

Json to_json(const VerifiedSnapshot& each) {
  return {{"snapshot", each.snapshot},
          {"verdict", each.verdict == Verdict::kDamaged ? "damaged" : name_of(each.verdict)},
          {"objects", each.objects},
          {"blocks", each.blocks},
          {"bytes", each.bytes},
          {"faults", each.faults}};
}

ExitCode run(const Options& options, const Globals& globals) {
  const std::string directory = globals.require_vault();
  const bool can_record = os::is_writable_directory(directory);
  Vault vault = Vault::open(directory, can_record ? Vault::Access::kWrite : Vault::Access::kRead);
  VerifyRequest request;
  request.target = options.target;
  request.recursion = options.recursive ? Recursion::kDescendants : Recursion::kNone;
  request.depth = options.root ? VerifyDepth::kRoot : VerifyDepth::kBlocks;
  request.key = key_access(options.location);

  auto all = Json::array();
  VerifyObserver observer;
  observer.on_fault = [](const std::string& fault) { say_error(fault); };
  observer.on_snapshot = [&](const VerifiedSnapshot& each) {
    if (options.json) {
      all.push_back(to_json(each));
    } else if (!options.quiet) {
      print_text(each);
    }
  };
  const std::uint64_t faults = verify(vault, request, observer);
  if (options.json) print(all);
  return faults == 0 ? ExitCode::kOk : ExitCode::kDamaged;
}

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.add_option("TARGET", options->target, "a snapshot, or a dataset with all its snapshots")
      .required();
  parser.add_flag("-r", options->recursive, "all descendants too");
  const Option root = parser.add_flag("--root", options->root, "leave the blocks of data out");
  parser.add_flag("--blocks", options->blocks, "read every block (the default)").excludes(root);
  add_key_option(parser, options->location);
  parser.add_flag("-q", options->quiet, "print nothing but faults");
  parser.add_flag("-j,--json", options->json, "print JSON");
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kVerify;
const Command kVerify = {"verify", "prove that snapshots are whole and can be decrypted", setup};

}  // namespace sealift::cli
