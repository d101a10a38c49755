// SPDX-License-Identifier: Apache-2.0
#include "serve/fuse_session.h"

#include <cstdarg>
#include <mutex>
#include <vector>

#include "base/error.h"
#include "serve/fuse_api.h"
#include "serve/fuse_operations.h"

namespace sealift::serve {
namespace {

/// What libfuse said last: it has no other way to tell why something failed, and its function for
/// this takes no data.
class LastMessage {
 public:
  void keep(std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    const std::lock_guard lock(mutex_);
    text_ = std::move(text);
  }
  std::string get() const {
    const std::lock_guard lock(mutex_);
    return text_.empty() ? "FUSE does not say why" : text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

LastMessage& last_message() {
  static LastMessage message;
  return message;
}

void keep_message(fuse_log_level, const char* format, std::va_list arguments) {
  char text[512];
  std::vsnprintf(text, sizeof text, format, arguments);
  last_message().keep(text);
}

/// "," stands between options.
std::string escape(const std::string& value) {
  std::string escaped;
  for (const char c : value) {
    if (c == ',' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

/// Arguments as libfuse takes them, which it may change.
class Arguments {
 public:
  explicit Arguments(const std::vector<std::string>& words) {
    for (const std::string& word : words) fuse_opt_add_arg(&arguments_, word.c_str());
  }
  ~Arguments() { fuse_opt_free_args(&arguments_); }
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;
  fuse_args* get() { return &arguments_; }

 private:
  fuse_args arguments_ = FUSE_ARGS_INIT(0, nullptr);
};

/// Undoes what it was made for.
template <class Undo>
class Guard {
 public:
  explicit Guard(Undo undo) : undo_(std::move(undo)) {}
  ~Guard() { undo_(); }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

 private:
  Undo undo_;
};

}  // namespace

FuseSession::FuseSession(SnapshotTree& tree, const MountRequest& request,
                         const MountObserver& observer, const std::string& name)
    : tree_(tree), request_(request), observer_(observer), faults_(observer.on_fault) {
  fuse_set_log_func(keep_message);
  std::vector<std::string> words = {"sealift"};
  if (!request.options.empty()) words.insert(words.end(), {"-o", request.options});
  // The last one wins.
  words.insert(words.end(),
               {"-o", "ro,default_permissions,subtype=sealift", "-o", "fsname=" + escape(name)});
  Arguments arguments(words);
  session_ = fuse_session_new(arguments.get(), &fuse_operations(), sizeof(fuse_lowlevel_ops), this);
  if (session_ == nullptr) fail(ErrorKind::kUsage, "{}", last_message().get());
}

FuseSession::~FuseSession() {
  fuse_session_destroy(session_);
}

void FuseSession::run() {
  const std::string directory = request_.directory;
  if (fuse_session_mount(session_, directory.c_str()) != 0)
    fail(ErrorKind::kState, "cannot mount on {}: {}", directory, last_message().get());
  const Guard unmount([&] { fuse_session_unmount(session_); });
  if (fuse_set_signal_handlers(session_) != 0) fail(ErrorKind::kState, "{}", last_message().get());
  const Guard handlers([&] { fuse_remove_signal_handlers(session_); });
  if (observer_.on_mounted) observer_.on_mounted();
  fuse_loop_config* const config = fuse_loop_cfg_create();
  const Guard configured([&] { fuse_loop_cfg_destroy(config); });
  fuse_loop_cfg_set_max_threads(config, request_.threads);
  if (fuse_session_loop_mt(session_, config) < 0)
    fail(ErrorKind::kState, "the kernel cannot be answered: {}", last_message().get());
}

std::uint64_t FuseSession::object_of(std::uint64_t inode) const {
  return inode == FUSE_ROOT_ID ? tree_.root() : inode;
}

std::uint64_t FuseSession::inode_of(std::uint64_t object) const {
  return object == tree_.root() ? std::uint64_t{FUSE_ROOT_ID} : object;
}

}  // namespace sealift::serve
