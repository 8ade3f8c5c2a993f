#include "schedulerlib/zone/dns_name.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/check.h"
#include "base/status_macros.h"

namespace nearcast::scheduler::zone {
namespace {

absl::Status Malformed(absl::string_view text, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("not a domain name: \"", absl::CEscape(text), "\": ", what));
}

// Reads one character, escaped or not, from the front of `rest`.
absl::StatusOr<uint8_t> TakeOctet(absl::string_view text, absl::string_view& rest) {
  const char first = rest[0];
  rest.remove_prefix(1);
  if (first != '\\') return LowerCase(static_cast<uint8_t>(first));
  if (rest.empty()) return Malformed(text, "ends in a backslash");
  if (!absl::ascii_isdigit(rest[0])) {
    const char plain = rest[0];
    rest.remove_prefix(1);
    return LowerCase(static_cast<uint8_t>(plain));
  }
  if (rest.size() < 3 || !absl::ascii_isdigit(rest[1]) || !absl::ascii_isdigit(rest[2])) {
    return Malformed(text, "a backslash and a digit begin an octet of three digits");
  }
  const int octet = (rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0');
  if (octet > 255) return Malformed(text, "an escaped octet is above 255");
  rest.remove_prefix(3);
  return LowerCase(static_cast<uint8_t>(octet));
}

// The labels of `text` in wire form without the root's label; sets `absolute` if a dot ends it.
absl::StatusOr<std::string> ParseLabels(absl::string_view text, bool& absolute) {
  std::string wire;
  std::string label;
  absolute = false;
  absl::string_view rest = text;
  while (!rest.empty()) {
    const bool is_dot = rest[0] == '.';
    if (is_dot) {
      rest.remove_prefix(1);
      absolute = rest.empty();
    } else {
      NC_ASSIGN_OR_RETURN(const uint8_t octet, TakeOctet(text, rest));
      label.push_back(static_cast<char>(octet));
    }
    if (!is_dot && !rest.empty()) continue;
    if (label.empty()) return Malformed(text, "has an empty label");
    if (label.size() > kLabelBytesMax) return Malformed(text, "has a label of more than 63 octets");
    wire.push_back(static_cast<char>(label.size()));
    wire += label;
    label.clear();
  }
  return wire;
}

absl::StatusOr<DnsName> ParseBelow(absl::string_view text, absl::string_view origin_wire) {
  if (text.empty()) return Malformed(text, "is empty");
  if (text == ".") return DnsName();
  bool absolute = false;
  NC_ASSIGN_OR_RETURN(std::string wire, ParseLabels(text, absolute));
  if (absolute) {
    wire.push_back('\0');
  } else {
    absl::StrAppend(&wire, origin_wire);
  }
  if (wire.size() > kNameBytesMax) return Malformed(text, "is longer than 255 octets");
  return DnsName::FromWire(wire);
}

}  // namespace

absl::StatusOr<DnsName> DnsName::FromWire(absl::string_view wire) {
  if (wire.size() > kNameBytesMax) {
    return absl::InvalidArgumentError("a domain name of more than 255 octets");
  }
  size_t at = 0;
  while (at < wire.size() && wire[at] != '\0') {
    const size_t label_bytes = static_cast<uint8_t>(wire[at]);
    if (label_bytes > kLabelBytesMax) {
      return absl::InvalidArgumentError("a domain name with a label of more than 63 octets");
    }
    at += label_bytes + 1;
  }
  if (at + 1 != wire.size()) {
    return absl::InvalidArgumentError("a domain name that does not end with the root's label");
  }
  std::string lower(wire.data(), wire.size());
  // Lengths are at most 63 and so are no letters.
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return static_cast<char>(LowerCase(static_cast<uint8_t>(c))); });
  return DnsName(std::move(lower));
}

std::string DnsName::ToText() const {
  if (is_root()) return ".";
  std::string text;
  for (absl::string_view rest = wire_; rest.size() > 1; rest = ParentWire(rest)) {
    for (const char c : rest.substr(1, static_cast<uint8_t>(rest[0]))) {
      if (absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '*') {
        text.push_back(c);
      } else if (absl::ascii_isgraph(c)) {
        text.push_back('\\');
        text.push_back(c);
      } else {
        absl::StrAppendFormat(&text, "\\%03d", static_cast<uint8_t>(c));
      }
    }
    text.push_back('.');
  }
  return text;
}

size_t DnsName::label_count() const {
  size_t count = 0;
  for (absl::string_view rest = wire_; rest.size() > 1; rest = ParentWire(rest)) ++count;
  return count;
}

DnsName DnsName::Parent() const {
  NC_CHECK(!is_root());
  const absl::string_view parent = ParentWire(wire_);
  return DnsName(std::string(parent.data(), parent.size()));
}

absl::StatusOr<DnsName> ParseDnsName(absl::string_view text) {
  return ParseBelow(text, absl::string_view("\0", 1));
}

absl::StatusOr<DnsName> ParseRelativeName(absl::string_view text, const DnsName& origin) {
  if (text == "@") return origin;
  return ParseBelow(text, origin.wire());
}

bool IsAtOrBelow(absl::string_view name, absl::string_view ancestor) {
  while (name.size() > ancestor.size()) name = ParentWire(name);
  return name == ancestor;
}

}  // namespace nearcast::scheduler::zone
