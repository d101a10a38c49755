// SPDX-License-Identifier: Apache-2.0
#include "cli/property_text.h"

#include <array>
#include <ctime>

#include "cli/nice_number.h"

namespace sealift::cli {

std::string nice_time(std::int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  std::array<char, 64> text{};
  if (localtime_r(&time, &parts) == nullptr) return std::to_string(seconds);
  return {text.data(), std::strftime(text.data(), text.size(), "%a %b %e %k:%M %Y", &parts)};
}

std::string show(const Property& property, Precision precision) {
  if (precision == Precision::kExact || !property.number) return property.value;
  if (property.unit == Unit::kBytes) return nice_bytes(*property.number);
  if (property.unit == Unit::kTime) return nice_time(static_cast<std::int64_t>(*property.number));
  return property.value;
}

std::string show_received(const Property& property, Precision precision) {
  Property received = property;
  received.value = property.received.value_or("-");
  received.number = property.received_number;
  return show(received, precision);
}

std::string show_source(const Property& property) {
  switch (property.source) {
    case PropertySource::kNone:
      return "-";
    case PropertySource::kDefault:
      return "default";
    case PropertySource::kLocal:
      return "local";
    case PropertySource::kInherited:
      return "inherited from " + property.inherited_from;
    case PropertySource::kReceived:
      return "received";
  }
  return "-";
}

}  // namespace sealift::cli
