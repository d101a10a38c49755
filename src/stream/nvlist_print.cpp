// SPDX-License-Identifier: Apache-2.0
#include "stream/nvlist_print.h"

#include <fmt/format.h>

#include "stream/nvlist_format.h"
#include "stream/utf8.h"

namespace sealift::stream {
namespace {

std::string number(DataType type, std::uint64_t value) {
  switch (type) {
    case DataType::kByte:
    case DataType::kByteArray:
      return fmt::format("{:#04x}", value);
    case DataType::kInt8:
    case DataType::kInt8Array:
      return fmt::format("{}", static_cast<std::int8_t>(value));
    case DataType::kInt16:
    case DataType::kInt16Array:
    case DataType::kInt32:
    case DataType::kInt32Array:
    case DataType::kInt64:
    case DataType::kInt64Array:
      return fmt::format("{}", static_cast<std::int64_t>(value));
    case DataType::kBooleanValue:
    case DataType::kBooleanArray:
      return fmt::format("{}", value);
    case DataType::kDouble:
      return fmt::format("0x{:f}", std::bit_cast<double>(value));
    default:
      return fmt::format("{:#x}", value);
  }
}

/// The pair's scalar or array elements, each as text.
std::vector<std::string> elements(const Nvlist::Pair& pair) {
  std::vector<std::string> texts;
  if (const auto* one = std::get_if<std::uint64_t>(&pair.value)) {
    texts.push_back(number(pair.type, *one));
  } else if (const auto* text = std::get_if<std::string>(&pair.value)) {
    texts.push_back(*text);
  } else if (const auto* bytes = std::get_if<Bytes>(&pair.value)) {
    for (const std::uint8_t each : *bytes) texts.push_back(number(pair.type, each));
  } else if (const auto* many = std::get_if<std::vector<std::uint64_t>>(&pair.value)) {
    for (const std::uint64_t each : *many) texts.push_back(number(pair.type, each));
  } else if (const auto* strings = std::get_if<std::vector<std::string>>(&pair.value)) {
    texts = *strings;
  } else {
    texts.push_back("1");
  }
  return texts;
}

std::string print_lists(const Nvlist::Pair& pair, std::size_t tabs) {
  const std::string indent(tabs + 1, '\t');
  const auto& lists = std::get<std::vector<Nvlist>>(pair.value);
  if (pair.type == DataType::kNvlist) {
    return fmt::format("{0}{1} = (embedded nvlist)\n{2}{0}(end {1})\n", indent, pair.name,
                       print_nvlist(lists.front(), tabs + 1));
  }
  std::string text = fmt::format("{}{} = (array of embedded nvlists)\n", indent, pair.name);
  for (std::size_t i = 0; i < lists.size(); ++i) {
    text += fmt::format("{0}(start {1}[{2}])\n{3}{0}(end {1}[{2}])\n", indent, pair.name, i,
                        print_nvlist(lists[i], tabs + 1));
  }
  return text;
}

std::string json_value(const Nvlist::Pair& pair);

std::string json_array(const Nvlist::Pair& pair) {
  std::string text;
  if (const auto* lists = std::get_if<std::vector<Nvlist>>(&pair.value)) {
    for (const Nvlist& each : *lists) text += "," + nvlist_to_json(each);
  } else if (const auto* texts = std::get_if<std::vector<std::string>>(&pair.value)) {
    for (const std::string& each : *texts) text += "," + json_string(each);
  } else if (const auto* numbers = std::get_if<std::vector<std::uint64_t>>(&pair.value)) {
    const bool is_signed = nvlist_format::shape_of(pair.type).is_signed;
    for (const std::uint64_t each : *numbers) {
      text += is_signed ? fmt::format(",{}", static_cast<std::int64_t>(each))
                        : fmt::format(",{}", each);
    }
  }
  return "[" + (text.empty() ? text : text.substr(1)) + "]";
}

std::string json_value(const Nvlist::Pair& pair) {
  if (const auto* one = std::get_if<std::uint64_t>(&pair.value)) {
    const bool is_signed = nvlist_format::shape_of(pair.type).is_signed;
    return is_signed ? fmt::format("{}", static_cast<std::int64_t>(*one)) : fmt::format("{}", *one);
  }
  if (const auto* text = std::get_if<std::string>(&pair.value)) return json_string(*text);
  if (const auto* bytes = std::get_if<Bytes>(&pair.value)) return json_string(to_hex(*bytes));
  if (std::holds_alternative<std::monostate>(pair.value)) return "true";
  if (pair.type == DataType::kNvlist) {
    return nvlist_to_json(std::get<std::vector<Nvlist>>(pair.value).front());
  }
  return json_array(pair);
}

}  // namespace

std::string print_nvlist(const Nvlist& list, std::size_t tabs) {
  std::string text = std::string(tabs, '\t') + "nvlist version: 0\n";
  for (const Nvlist::Pair& pair : list.pairs()) {
    if (std::holds_alternative<std::vector<Nvlist>>(pair.value)) {
      text += print_lists(pair, tabs) + "\n";
    } else {
      text += fmt::format("{}{} = {}\n", std::string(tabs + 1, '\t'), pair.name,
                          fmt::join(elements(pair), " "));
    }
  }
  return text;
}

std::string nvlist_to_json(const Nvlist& list) {
  std::string text;
  for (const Nvlist::Pair& pair : list.pairs()) {
    text += fmt::format(",{}:{}", json_string(pair.name), json_value(pair));
  }
  return "{" + (text.empty() ? text : text.substr(1)) + "}";
}

std::string json_string(std::string_view text) {
  std::string quoted = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text.substr(at));
    const char first = text[at];
    if (length == 0) {
      quoted += "\\ufffd";
    } else if (first == '"' || first == '\\') {
      quoted += {'\\', first};
    } else if (static_cast<unsigned char>(first) < 0x20) {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned char>(first));
    } else {
      quoted += text.substr(at, length);
    }
    at += length == 0 ? 1 : length;
  }
  return quoted + "\"";
}

}  // namespace sealift::stream
