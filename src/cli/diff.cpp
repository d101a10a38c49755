// SPDX-License-Identifier: Apache-2.0
#include <sealift/contents.h>
#include <sys/stat.h>

#include <cstdio>

#include "base/error.h"
#include "cli/ask_key.h"
#include "cli/command.h"
#include "cli/talk.h"

namespace sealift::cli {
namespace {

struct Options {
  std::string from;
  std::string to;
  std::string location;
  bool classify = false;
  bool scripted = false;
  bool times = false;
  bool no_mangle = false;
};

char letter(Change change) {
  switch (change) {
    case Change::kAdded:
      return '+';
    case Change::kRemoved:
      return '-';
    case Change::kRenamed:
      return 'R';
    case Change::kModified:
      break;
  }
  return 'M';
}

/// zfs diff's (lib/libzfs/libzfs_diff.c, get_what).
char type_letter(std::uint64_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return '/';
    case S_IFLNK:
      return '@';
    case S_IFIFO:
      return '|';
    case S_IFSOCK:
      return '=';
    case S_IFBLK:
      return 'B';
    case S_IFCHR:
      return 'C';
    case S_IFREG:
      return 'F';
    default:
      return '?';
  }
}

/// As stream_bytes() there: what is not printable ASCII as a backslash and four octal digits.
std::string path_text(const std::string& path, const Options& options) {
  if (options.no_mangle) return path;
  std::string text;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && byte < 0x7f && c != '\\') {
      text += c;
    } else {
      text += fmt::format("\\{:04o}", byte);
    }
  }
  return text;
}

void print(const Difference& difference, const Options& options) {
  std::string line;
  if (options.times)
    line += fmt::format("{:10}.{:09}\t", difference.ctime_seconds, difference.ctime_nanoseconds);
  line += fmt::format("{}\t", letter(difference.change));
  if (options.classify) line += fmt::format("{}\t", type_letter(difference.mode));
  line += path_text(difference.path, options);
  if (difference.change == Change::kRenamed)
    line += (options.scripted ? "\t" : " -> ") + path_text(difference.new_path, options);
  if (difference.more_links != 0) line += fmt::format("\t({:+})", difference.more_links);
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stdout);
}

/// The second name may leave the dataset out, or be left out itself: what the dataset has now.
std::string second_name(const Options& options) {
  const std::string dataset = options.from.substr(0, options.from.find('@'));
  if (options.to.empty()) return dataset;
  return options.to.front() == '@' ? dataset + options.to : options.to;
}

ExitCode run(const Options& options, const Globals& globals) {
  const Vault vault = Vault::open(globals.require_vault(), Vault::Access::kRead);
  const KeyAccess access = key_access(options.location);
  const Contents from(vault, options.from, access);
  const Contents to(vault, second_name(options), access);
  ExitCode code = ExitCode::kOk;
  DiffObserver observer;
  observer.on_difference = [&](const Difference& each) { print(each, options); };
  observer.on_fault = [&](std::uint64_t object, const Error& error) {
    say_error(fmt::format("object {}: {}", object, error.what()));
    code = ExitCode::kDamaged;
  };
  diff_contents(from, to, observer);
  return code;
}

Action setup(Parser& parser, const Globals& globals) {
  const auto options = std::make_shared<Options>();
  parser.free_short_help();
  parser.add_option("SNAPSHOT", options->from, "the earlier one").required();
  parser.add_option("LATER", options->to, "a snapshot, or a dataset as it is now");
  parser.add_flag("-F", options->classify, "a letter for the type of each file");
  parser.add_flag("-H", options->scripted, "tabs between fields, and no arrow");
  parser.add_flag("-t", options->times, "the time of each change");
  parser.add_flag("-h", options->no_mangle, "bytes that are not ASCII as they are");
  add_key_option(parser, options->location);
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kDiff;
const Command kDiff = {"diff", "tell what changed between two snapshots", setup};

}  // namespace sealift::cli
