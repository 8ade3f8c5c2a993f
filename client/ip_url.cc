#include "client/ip_url.h"

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "client/host_name.h"

namespace nearcast::client {
namespace {

// A URL cut up; the parts are views into it and join to the whole.
struct Parts {
  absl::string_view before;  // scheme, "://", user and "@"
  absl::string_view host;    // without brackets
  absl::string_view port;    // empty, or with its colon
  absl::string_view after;   // path, query, fragment
};

bool IsScheme(absl::string_view scheme) {
  if (scheme.empty() || !absl::ascii_isalpha(scheme[0])) return false;
  for (const char c : scheme) {
    if (!absl::ascii_isalnum(c) && c != '+' && c != '-' && c != '.') return false;
  }
  return true;
}

// A control would let a URL add headers of its own.
bool HasForeignOctet(absl::string_view url) {
  for (const char c : url) {
    if (absl::ascii_iscntrl(c) || c == ' ' || c == '"' || c == '\\') return true;
  }
  return false;
}

bool IsPort(absl::string_view digits) {
  uint32_t port = 0;
  if (digits.size() > 5 || digits.find_first_not_of("0123456789") != absl::string_view::npos) {
    return false;
  }
  return absl::SimpleAtoi(digits, &port) && port >= 1 && port <= 65535;
}

absl::Status CutAuthority(absl::string_view authority, Parts* parts) {
  size_t host_end;
  if (!authority.empty() && authority[0] == '[') {
    const size_t bracket = authority.find(']');
    if (bracket == absl::string_view::npos) return absl::InvalidArgumentError("no closing ']'");
    parts->host = authority.substr(1, bracket - 1);
    if (FindFamily(parts->host) != Family::kIpv6) {
      return absl::InvalidArgumentError("no IPv6 address between the brackets");
    }
    host_end = bracket + 1;
  } else {
    host_end = authority.find(':');
    if (host_end == absl::string_view::npos) host_end = authority.size();
    parts->host = authority.substr(0, host_end);
    NC_RETURN_IF_ERROR(ParseHostName(parts->host).status());
  }
  parts->port = authority.substr(host_end);
  // A colon without digits stands for the default port (RFC 3986 section 3.2.3).
  if (parts->port == ":") parts->port = {};
  if (!parts->port.empty() && (parts->port[0] != ':' || !IsPort(parts->port.substr(1)))) {
    return absl::InvalidArgumentError("the port is not a number within 1-65535");
  }
  return absl::OkStatus();
}

absl::StatusOr<Parts> Cut(absl::string_view url) {
  if (HasForeignOctet(url)) return absl::InvalidArgumentError("a URL has no spaces or controls");
  const size_t scheme_end = url.find("://");
  if (scheme_end == absl::string_view::npos || !IsScheme(url.substr(0, scheme_end))) {
    return absl::InvalidArgumentError("a URL begins with SCHEME://");
  }
  size_t begin = scheme_end + 3;
  size_t end = url.find_first_of("/?#", begin);
  if (end == absl::string_view::npos) end = url.size();
  const size_t at = url.substr(begin, end - begin).rfind('@');
  if (at != absl::string_view::npos) begin += at + 1;
  Parts parts = {.before = url.substr(0, begin), .after = url.substr(end)};
  NC_RETURN_IF_ERROR(CutAuthority(url.substr(begin, end - begin), &parts));
  return parts;
}

std::string Bracketed(absl::string_view host) {
  return FindFamily(host) == Family::kIpv6 ? absl::StrCat("[", host, "]") : std::string(host);
}

}  // namespace

absl::StatusOr<std::string> FindHost(absl::string_view url) {
  NC_ASSIGN_OR_RETURN(const Parts parts, Cut(url));
  return std::string(parts.host);
}

absl::StatusOr<IpUrl> Rewrite(absl::string_view url, absl::string_view address) {
  NC_ASSIGN_OR_RETURN(const Parts parts, Cut(url));
  if (!FindFamily(address)) {
    return absl::InvalidArgumentError(absl::StrCat("\"", address, "\" is not an IP address"));
  }
  return IpUrl{
      .url = absl::StrCat(parts.before, Bracketed(address), parts.port, parts.after),
      .host_header = absl::StrCat(Bracketed(parts.host), parts.port),
      .server_name = std::string(parts.host),
  };
}

}  // namespace nearcast::client
