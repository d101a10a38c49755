// SPDX-License-Identifier: Apache-2.0
#include "catalog/name.h"

#include <algorithm>

#include "base/error.h"

namespace sealift::catalog {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_allowed(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == ':' ||
         c == ' ';
}

[[noreturn]] void refuse(std::string_view name, std::string_view why) {
  fail(ErrorKind::kUsage, "invalid name '{}': {}", name, why);
}

void check_characters(std::string_view part, std::string_view whole) {
  if (part.empty()) refuse(whole, "empty component or misplaced '@' or '#' delimiter");
  const auto bad = std::find_if_not(part.begin(), part.end(), is_allowed);
  if (bad != part.end()) refuse(whole, fmt::format("invalid character '{}' in name", *bad));
}

void check_dataset(std::string_view dataset, std::string_view whole) {
  if (!dataset.empty() && dataset.front() == '/') refuse(whole, "leading slash in name");
  if (!dataset.empty() && dataset.back() == '/') refuse(whole, "trailing slash in name");
  const auto parts = components(dataset);
  for (const std::string_view part : parts) {
    check_characters(part, whole);
    if (part == ".") refuse(whole, "self reference, '.' is found in name");
    if (part == "..") refuse(whole, "parent reference, '..' is found in name");
  }
  if (parts.size() > kMaxDepth) refuse(whole, "too many nested datasets");
}

}  // namespace

std::string Name::full() const {
  if (kind == NameKind::kDataset) return dataset;
  return dataset + (kind == NameKind::kSnapshot ? '@' : '#') + item;
}

Name parse_name(std::string_view text) {
  if (text.size() > kMaxNameBytes) refuse(text, "name is too long");
  const std::size_t at = text.find_first_of("@#");
  Name name;
  name.dataset = text.substr(0, at);
  check_dataset(name.dataset, text);
  if (at == std::string_view::npos) return name;
  name.kind = text[at] == '@' ? NameKind::kSnapshot : NameKind::kBookmark;
  name.item = text.substr(at + 1);
  if (name.item.find_first_of("@#") != std::string::npos) {
    refuse(text, "multiple '@' and/or '#' delimiters in name");
  }
  check_characters(name.item, text);
  return name;
}

std::string parse_dataset_name(std::string_view text) {
  const std::size_t at = text.find_first_of("@#");
  if (at != std::string_view::npos) {
    refuse(text, fmt::format("'{}' is not expected in a dataset name", text[at]));
  }
  return parse_name(text).dataset;
}

void check_component(std::string_view text) {
  if (text.size() > kMaxNameBytes) refuse(text, "name is too long");
  check_characters(text, text);
}

void check_vault_name(std::string_view text) {
  check_component(text);
  if (!is_letter(text.front())) refuse(text, "name must begin with a letter");
}

std::string_view parent_of(std::string_view dataset) {
  const std::size_t slash = dataset.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : dataset.substr(0, slash);
}

std::string_view last_component(std::string_view dataset) {
  const std::size_t slash = dataset.rfind('/');
  return slash == std::string_view::npos ? dataset : dataset.substr(slash + 1);
}

std::vector<std::string_view> components(std::string_view dataset) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t slash = dataset.find('/');
    parts.push_back(dataset.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    dataset.remove_prefix(slash + 1);
  }
}

bool is_within(std::string_view name, std::string_view ancestor) {
  return name.starts_with(ancestor) &&
         (name.size() == ancestor.size() || name[ancestor.size()] == '/');
}

}  // namespace sealift::catalog
