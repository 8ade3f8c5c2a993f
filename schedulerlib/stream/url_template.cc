#include "schedulerlib/stream/url_template.h"

#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/braces.h"

namespace nearcast::scheduler {
namespace {

constexpr std::array<absl::string_view, 5> kNames = {"host", "app", "stream", "suffix",
                                                     "gop_cache_ms"};

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

}  // namespace

absl::Status ValidateUrlTemplate(absl::string_view url_template) {
  if (!absl::StrContains(url_template, "://")) {
    return absl::InvalidArgumentError(absl::StrCat(
        "is not a URL: \"", url_template, "\"; begin with a scheme, as in http://{host}/…"));
  }
  return ValidateBraces(url_template, kNames);
}

std::string WriteUrl(absl::string_view url_template, const UrlValues& values) {
  std::string url;
  AppendUrl(url_template, values, url);
  return url;
}

void AppendUrl(absl::string_view url_template, const UrlValues& values, std::string& out) {
  ForEachPiece(
      url_template, [&out](absl::string_view text) { out.append(text.data(), text.size()); },
      [&](absl::string_view name) { AppendValue(name, values, out); });
}

}  // namespace nearcast::scheduler
