// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>

#include "base/error.h"
#include "cli/ask_key.h"
#include "cli/command.h"
#include "cli/file_text.h"
#include "cli/nice_number.h"
#include "cli/talk.h"

namespace sealift::cli {
namespace {

struct Options {
  std::string name;
  std::string location;
  bool is_long = false;
  bool recursive = false;
  bool itself = false;
  bool human = false;
  bool null = false;
  bool inode = false;
};

std::string size_text(const FileInfo& file, const Options& options) {
  if (S_ISBLK(file.mode) || S_ISCHR(file.mode))
    return fmt::format("{}, {}", file.device_major, file.device_minor);
  return options.human ? nice_number(file.size_bytes) : fmt::format("{}", file.size_bytes);
}

void print(const FileInfo& file, const std::string& path, const Options& options) {
  if (options.inode) fmt::print("{:>8} ", file.object);
  if (options.is_long)
    fmt::print("{} {:>2} {:>5} {:>5} {:>10} {} ", mode_text(file.mode), file.links, file.uid,
               file.gid, size_text(file, options), time_text(file.mtime_seconds));
  if (options.null) {
    std::fwrite(path.data(), 1, path.size(), stdout);
    std::fputc('\0', stdout);
    return;
  }
  fmt::print("{}", escape_name(path));
  if (options.is_long && S_ISLNK(file.mode)) fmt::print(" -> {}", escape_name(file.target));
  std::fputc('\n', stdout);
}

std::string last_part(const std::string& path) {
  const std::string_view whole(path);
  const std::string_view part =
      whole.substr(0, std::min(whole.find_last_not_of('/'), whole.size() - 1) + 1);
  return std::string(part.substr(part.find_last_of('/') + 1));
}

ExitCode run(const Options& options, const Globals& globals) {
  const ContentsName name = parse_contents_name(options.name);
  const Vault vault = Vault::open(globals.require_vault(), Vault::Access::kRead);
  const Contents contents(vault, name.source, key_access(options.location));
  if (contents.is_volume())
    fail(ErrorKind::kState, "'{}' is a volume of {} bytes, which has no files", name.source,
         contents.volume_bytes());
  if (options.itself) {
    print(contents.stat(name.path), name.path.empty() ? "/" : name.path, options);
    return ExitCode::kOk;
  }
  ExitCode code = ExitCode::kOk;
  Contents::ListObserver observer;
  observer.on_file = [&](const FileInfo& file) {
    print(file, file.path.empty() ? last_part(name.path) : file.path, options);
  };
  observer.on_fault = [&](const std::string& path, const Error& error) {
    say_error(fmt::format("{}: {}", escape_name(path), error.what()));
    code = ExitCode::kDamaged;
  };
  contents.list(name.path, options.recursive ? Recursion::kDescendants : Recursion::kNone,
                observer);
  return code;
}

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.free_short_help();
  parser.add_option("SOURCE", options->name, "DATASET[@SNAPSHOT][:/PATH]").required();
  parser.add_flag("-l", options->is_long, "mode, links, owner, group, size and time too");
  parser.add_flag("-R,--recursive", options->recursive, "what is in directories below too");
  parser.add_flag("-d,--directory", options->itself, "a directory itself, not what is in it");
  parser.add_flag("-h,--human-readable", options->human, "with -l: sizes with units");
  parser.add_flag("-i,--inode", options->inode, "the number of each file too");
  parser.add_flag("-0,--null", options->null, "names as they are, a NUL behind each");
  add_key_option(parser, options->location);
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kLs;
const Command kLs = {"ls", "list files of a snapshot", setup};

}  // namespace sealift::cli
