#include "dataplane/pull/http_url.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace nearcast::pull {
namespace {

std::string Text(absl::string_view view) { return std::string(view.data(), view.size()); }

struct HostPort {
  absl::string_view host;
  absl::string_view port;  // empty = none written
};

bool IsPort(absl::string_view text) {
  int port = 0;
  return absl::SimpleAtoi(text, &port) && port > 0 && port < 65536;
}

absl::StatusOr<HostPort> SplitAuthority(absl::string_view authority) {
  absl::string_view port;
  if (absl::ConsumePrefix(&authority, "[")) {
    const size_t close = authority.find(']');
    if (close == absl::string_view::npos) return absl::InvalidArgumentError("[ without ]");
    port = authority.substr(close + 1);
    authority = authority.substr(0, close);
  } else if (const size_t colon = authority.find(':'); colon != absl::string_view::npos) {
    port = authority.substr(colon);
    authority = authority.substr(0, colon);
  }
  if (authority.empty()) return absl::InvalidArgumentError("no host");
  if (!port.empty() && (!absl::ConsumePrefix(&port, ":") || !IsPort(port))) {
    return absl::InvalidArgumentError("bad port");
  }
  return HostPort{authority, port};
}

}  // namespace

absl::StatusOr<HttpUrl> ParseHttpUrl(absl::string_view url) {
  const absl::string_view whole = url.substr(0, 200);
  const auto bad = [whole](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("URL ", whole, ": ", why));
  };
  if (!absl::ConsumePrefix(&url, "http://")) return bad("want http://host[:port]/path");
  if (std::any_of(url.begin(), url.end(), [](unsigned char c) { return c <= 0x20 || c == 0x7F; })) {
    return bad("blank or control character");
  }
  std::optional<absl::string_view> address;
  if (const size_t mark = url.find('#'); mark != absl::string_view::npos) {
    address = url.substr(mark + 1);
    url = url.substr(0, mark);
  }
  const size_t slash = std::min(url.find('/'), url.size());
  HttpUrl parsed;
  parsed.authority = Text(url.substr(0, slash));
  if (slash < url.size()) parsed.target = Text(url.substr(slash));
  absl::StatusOr<HostPort> where = SplitAuthority(parsed.authority);
  if (!where.ok()) return bad(where.status().message());
  if (!where->port.empty()) parsed.port = Text(where->port);
  if (address) where = SplitAuthority(*address);
  if (!where.ok()) return bad(absl::StrCat("after #: ", where.status().message()));
  if (!where->port.empty()) parsed.port = Text(where->port);
  parsed.has_port |= !where->port.empty();
  parsed.host = Text(where->host);
  return parsed;
}

std::string WithParameter(absl::string_view target, absl::string_view key,
                          absl::string_view value) {
  const size_t mark = target.find('?');
  if (mark == absl::string_view::npos) return absl::StrCat(target, "?", key, "=", value);
  for (absl::string_view pair : absl::StrSplit(target.substr(mark + 1), '&')) {
    if (pair.substr(0, pair.find('=')) == key) return Text(target);
  }
  return absl::StrCat(target, "&", key, "=", value);
}

}  // namespace nearcast::pull
