// Host names and IP addresses as text: the checks that everything from outside passes. Pure.
#ifndef CLIENT_HOST_NAME_H_
#define CLIENT_HOST_NAME_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nearcast::client {

enum class Family { kIpv4, kIpv6 };

// The family of an IP address without brackets or zone ("192.0.2.1", "2001:db8::1"); nothing for
// any other text.
std::optional<Family> FindFamily(absl::string_view address);

// `name` as the cache and the servers know it: lower case, without the final dot. kInvalidArgument
// unless it is 1-253 octets of labels of 1-63 letters, digits, '-' and '_' (RFC 1035 section 2.3.4,
// RFC 2181 section 11 for what is in use).
absl::StatusOr<std::string> ParseHostName(absl::string_view name);

}  // namespace nearcast::client

#endif  // CLIENT_HOST_NAME_H_
