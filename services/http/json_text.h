// Writes JSON strings (RFC 8259 section 7) into a buffer that is reused.
#ifndef SERVICES_HTTP_JSON_TEXT_H_
#define SERVICES_HTTP_JSON_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace nearcast::http {

// With the quotes around it. `text` is UTF-8; a byte that is not becomes U+FFFD, so that the result
// is always valid.
void AppendJsonString(absl::string_view text, std::string* out);

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_JSON_TEXT_H_
