#include "schedulerlib/stream/url_template.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace nearcast::scheduler {
namespace {

constexpr absl::string_view kNames[] = {"host", "app", "stream", "suffix", "gop_cache_ms"};

void AppendValue(absl::string_view name, const UrlValues& values, std::string& out) {
  if (name == "host") {
    absl::StrAppend(&out, values.host);
  } else if (name == "app") {
    absl::StrAppend(&out, values.app);
  } else if (name == "stream") {
    absl::StrAppend(&out, values.stream);
  } else if (name == "suffix") {
    absl::StrAppend(&out, values.suffix);
  } else if (name == "gop_cache_ms") {
    absl::StrAppend(&out, values.gop_cache_ms);
  }
}

// Calls text(piece) and name(piece) in turn. False when a brace stays open.
template <typename Text, typename Name>
bool ForEachPiece(absl::string_view rest, Text text, Name name) {
  while (true) {
    const size_t open = rest.find('{');
    text(rest.substr(0, open));
    if (open == absl::string_view::npos) return true;
    const size_t close = rest.find('}', open);
    if (close == absl::string_view::npos) return false;
    name(rest.substr(open + 1, close - open - 1));
    rest.remove_prefix(close + 1);
  }
}

bool IsKnown(absl::string_view name) {
  for (const absl::string_view known : kNames) {
    if (name == known) return true;
  }
  return false;
}

}  // namespace

absl::Status ValidateUrlTemplate(absl::string_view url_template) {
  if (!absl::StrContains(url_template, "://")) {
    return absl::InvalidArgumentError(absl::StrCat(
        "is not a URL: \"", url_template, "\"; begin with a scheme, as in http://{host}/…"));
  }
  std::string unknown;
  const bool closed = ForEachPiece(
      url_template, [](absl::string_view) {},
      [&unknown](absl::string_view name) {
        if (!IsKnown(name) && unknown.empty()) unknown = std::string(name);
      });
  if (!closed) {
    return absl::InvalidArgumentError(
        absl::StrCat("has a '{' without its '}': \"", url_template, "\""));
  }
  if (!unknown.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("has the unknown name {", unknown,
                     "}; known are {host}, {app}, {stream}, {suffix} and {gop_cache_ms}"));
  }
  return absl::OkStatus();
}

std::string WriteUrl(absl::string_view url_template, const UrlValues& values) {
  std::string url;
  ForEachPiece(
      url_template, [&url](absl::string_view text) { absl::StrAppend(&url, text); },
      [&](absl::string_view name) { AppendValue(name, values, url); });
  return url;
}

}  // namespace nearcast::scheduler
