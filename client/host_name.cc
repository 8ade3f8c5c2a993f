#include "client/host_name.h"

#include <arpa/inet.h>

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace nearcast::client {
namespace {

constexpr size_t kNameBytesMax = 253;
constexpr size_t kLabelBytesMax = 63;

bool AreLabels(absl::string_view name) {
  size_t label_bytes = 0;
  for (const char c : name) {
    if (c == '.') {
      if (label_bytes == 0) return false;
      label_bytes = 0;
    } else if (!absl::ascii_isalnum(c) && c != '-' && c != '_') {
      return false;
    } else if (++label_bytes > kLabelBytesMax) {
      return false;
    }
  }
  return label_bytes > 0;
}

}  // namespace

std::optional<Family> FindFamily(absl::string_view address) {
  if (address.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  const std::string text(address);
  unsigned char octets[16];
  // inet_pton would stop at a zero octet and accept what stands before it.
  if (text.find('\0') != std::string::npos) return std::nullopt;
  if (inet_pton(AF_INET, text.c_str(), octets) == 1) return Family::kIpv4;
  if (inet_pton(AF_INET6, text.c_str(), octets) == 1) return Family::kIpv6;
  return std::nullopt;
}

absl::StatusOr<std::string> ParseHostName(absl::string_view name) {
  const absl::string_view labels = absl::StripSuffix(name, ".");
  if (labels.size() > kNameBytesMax || !AreLabels(labels)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", name.substr(0, kNameBytesMax), "\" is not a host name"));
  }
  return absl::AsciiStrToLower(labels);
}

}  // namespace nearcast::client
