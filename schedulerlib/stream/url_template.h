// URL templates: "http://{host}/{app}/{stream}{suffix}.flv?gop_cache_ms={gop_cache_ms}".
#ifndef SCHEDULERLIB_STREAM_URL_TEMPLATE_H_
#define SCHEDULERLIB_STREAM_URL_TEMPLATE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace nearcast::scheduler {

// What the names in braces stand for.
struct UrlValues {
  absl::string_view host;  // with ":port" where it is not the scheme's own
  absl::string_view app;
  absl::string_view stream;
  absl::string_view suffix;  // "" or "_hd"
  uint32_t gop_cache_ms = 0;
};

// INVALID_ARGUMENT for an unknown name in braces, an open brace without its end, or a text that is
// no URL.
absl::Status ValidateUrlTemplate(absl::string_view url_template);

// The template must be valid. An empty template gives an empty text.
std::string WriteUrl(absl::string_view url_template, const UrlValues& values);
void AppendUrl(absl::string_view url_template, const UrlValues& values, std::string& out);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_URL_TEMPLATE_H_
