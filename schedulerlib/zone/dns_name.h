// DnsName: a domain name in the form that lookups compare: wire format, lower case.
//
//   NC_ASSIGN_OR_RETURN(const DnsName name, ParseDnsName("Pull.Live.Example"));
//   name.wire()     // "\4pull\4live\7example\0"
//   name.ToText()   // "pull.live.example."
//
// Source: RFC 1035 §3.1 (wire format, limits) and §5.1 (escapes \X and \DDD), RFC 4343 (ASCII
// letters compare without case).
#ifndef SCHEDULERLIB_ZONE_DNS_NAME_H_
#define SCHEDULERLIB_ZONE_DNS_NAME_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nearcast::scheduler::zone {

inline constexpr size_t kNameBytesMax = 255;  // with every length octet and the root's
inline constexpr size_t kLabelBytesMax = 63;

// A value; the default is the root. Ordered by bytes, which is not the canonical order of DNSSEC.
class DnsName {
 public:
  DnsName() : wire_(1, '\0') {}

  // `wire` is one uncompressed name and nothing after it; any case. kInvalidArgument otherwise.
  static absl::StatusOr<DnsName> FromWire(absl::string_view wire);

  // Valid as long as this object.
  absl::string_view wire() const { return wire_; }

  // Absolute, with the dot at the end; other octets than letters, digits, '-', '_' and '*' escaped.
  std::string ToText() const;

  bool is_root() const { return wire_.size() == 1; }
  bool is_wildcard() const { return wire_.size() > 2 && wire_[0] == 1 && wire_[1] == '*'; }

  // Without the root's empty label.
  size_t label_count() const;

  // Requires !is_root().
  DnsName Parent() const;

  friend auto operator<=>(const DnsName&, const DnsName&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const DnsName& name) {
    return H::combine(std::move(h), name.wire_);
  }

 private:
  explicit DnsName(std::string wire) : wire_(std::move(wire)) {}

  std::string wire_;
};

// An absolute name; the dot at the end may be missing. kInvalidArgument names the text and what is
// wrong with it.
absl::StatusOr<DnsName> ParseDnsName(absl::string_view text);

// As a master file writes names: "@" is `origin`, a name without a dot at the end lies below it.
absl::StatusOr<DnsName> ParseRelativeName(absl::string_view text, const DnsName& origin);

// For query paths, on wire-form names without copies. Requires a name other than the root.
inline absl::string_view ParentWire(absl::string_view name) {
  return name.substr(static_cast<uint8_t>(name[0]) + 1u);
}

// Whether `name` is `ancestor` or lies below it.
bool IsAtOrBelow(absl::string_view name, absl::string_view ancestor);
inline bool IsAtOrBelow(const DnsName& name, const DnsName& ancestor) {
  return IsAtOrBelow(name.wire(), ancestor.wire());
}

// ASCII letters only, as RFC 4343 §3 has it.
inline uint8_t LowerCase(uint8_t c) { return static_cast<uint8_t>(c - 'A') < 26 ? c | 0x20 : c; }

}  // namespace nearcast::scheduler::zone

#endif  // SCHEDULERLIB_ZONE_DNS_NAME_H_
