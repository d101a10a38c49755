// SPDX-License-Identifier: Apache-2.0
#include "os/web.h"

#include <curl/curl.h>
#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include "base/error.h"

namespace sealift::os {
namespace {

constexpr const char* kLibrary = "libcurl.so.4";
constexpr long kLongestMilliseconds = 30'000;
constexpr long kFound = 200;  ///< HTTP's status

/// What is called of libcurl.
struct Library {
  decltype(&::curl_easy_init) init;
  decltype(&::curl_easy_cleanup) cleanup;
  decltype(&::curl_easy_setopt) set;
  decltype(&::curl_easy_perform) perform;
  decltype(&::curl_easy_getinfo) get_info;
  decltype(&::curl_easy_strerror) describe;
};

template <class Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (function == nullptr) fail(ErrorKind::kState, "{} has no {}", kLibrary, name);
}

Library load_library() {
  void* library = ::dlopen(kLibrary, RTLD_NOW);
  if (library == nullptr)
    fail(ErrorKind::kState, "the library that reads from the web is missing: {}", ::dlerror());
  Library curl{};
  find(library, "curl_easy_init", curl.init);
  find(library, "curl_easy_cleanup", curl.cleanup);
  find(library, "curl_easy_setopt", curl.set);
  find(library, "curl_easy_perform", curl.perform);
  find(library, "curl_easy_getinfo", curl.get_info);
  find(library, "curl_easy_strerror", curl.describe);
  return curl;
}

struct Body {
  ByteSpan into;
  std::size_t size = 0;
  bool is_too_long = false;
};

/// Called by libcurl; another number than that of the bytes ends the transfer.
std::size_t take(const char* bytes, std::size_t, std::size_t count, void* argument) {
  Body& body = *static_cast<Body*>(argument);
  body.is_too_long = count > body.into.size() - body.size;
  if (body.is_too_long) return 0;
  std::copy_n(bytes, count, body.into.begin() + static_cast<std::ptrdiff_t>(body.size));
  body.size += count;
  return count;
}

class Request {
 public:
  explicit Request(const Library& curl) : curl_(curl), handle_(curl.init(), curl.cleanup) {
    if (!handle_) fail(ErrorKind::kState, "{} does not start", kLibrary);
    set(CURLOPT_ERRORBUFFER, error_.data());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_TIMEOUT_MS, kLongestMilliseconds);
  }

  void allow(const std::string& address) {
    const bool is_safe = address.rfind("https://", 0) == 0;
    set(CURLOPT_URL, address.c_str());
    set(CURLOPT_PROTOCOLS_STR, "https,http");
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_REDIR_PROTOCOLS_STR, is_safe ? "https" : "https,http");
  }
  void identify() {
    set_from_environment(CURLOPT_CAINFO, "SSL_CA_CERT_FILE");
    set_from_environment(CURLOPT_CAPATH, "SSL_CA_CERT_PATH");
    set_from_environment(CURLOPT_SSLCERT, "SSL_CLIENT_CERT_FILE");
    set_from_environment(CURLOPT_SSLKEY, "SSL_CLIENT_KEY_FILE");
  }
  void perform(Body& body) {
    set(CURLOPT_WRITEFUNCTION, &take);
    set(CURLOPT_WRITEDATA, &body);
    const CURLcode code = curl_.perform(handle_.get());
    if (body.is_too_long) fail(ErrorKind::kState, "there are more than {} bytes", body.into.size());
    if (code != CURLE_OK)
      fail(ErrorKind::kState, "{}", error_[0] != 0 ? error_.data() : curl_.describe(code));
    long status = 0;
    curl_.get_info(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status != kFound) fail(ErrorKind::kState, "the server answered with status {}", status);
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    const CURLcode code = curl_.set(handle_.get(), option, value);
    if (code != CURLE_OK) fail(ErrorKind::kState, "{}: {}", kLibrary, curl_.describe(code));
  }
  void set_from_environment(CURLoption option, const char* name) {
    if (const char* value = std::getenv(name); value != nullptr) set(option, value);
  }

  const Library& curl_;
  std::unique_ptr<CURL, decltype(&::curl_easy_cleanup)> handle_;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

}  // namespace

std::size_t fetch(const std::string& address, ByteSpan into) {
  static const Library curl = load_library();
  return in_context(fmt::format("cannot read {}", address), [&] {
    Request request(curl);
    request.allow(address);
    request.identify();
    Body body{into};
    request.perform(body);
    return body.size;
  });
}

}  // namespace sealift::os
