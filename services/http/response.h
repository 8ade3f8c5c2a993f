// Response: what a handler answers, and its bytes on the wire.
//
//   response.body = R"({"ok":true})";          // 200, application/json
//   WriteError(404, "NotFound", "no such stream", response);
#ifndef SERVICES_HTTP_RESPONSE_H_
#define SERVICES_HTTP_RESPONSE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace nearcast::http {

inline constexpr absl::string_view kJsonType = "application/json";
inline constexpr absl::string_view kTextType = "text/plain; charset=utf-8";

struct Response {
  int status = 200;
  absl::string_view content_type = kJsonType;  // A literal: it is not copied.
  std::string body;
  std::string headers;  // Further fields, each as "Name: value\r\n"; see AddHeader.

  // `value` must come from us or be checked: a line break in it ends the process, for it would be a
  // second field.
  void AddHeader(absl::string_view name, absl::string_view value);

  // A fresh response in the same memory.
  void Clear();
};

// {"code":CODE,"message":MESSAGE}; the message is left out when empty.
void WriteError(int status, absl::string_view code, absl::string_view message, Response& response);

// What the server adds to a handler's answer.
struct ResponseFraming {
  enum class Content : uint8_t { kWhole, kHeadOnly };  // kHeadOnly answers HEAD
  enum class After : uint8_t { kKeepAlive, kClose };

  absl::string_view date;  // as WriteHttpDate gives it
  Content content = Content::kWhole;
  After after = After::kKeepAlive;
  uint8_t version_minor = 1;  // the request's
};

// Appends the message in the form of RFC 9112. Always has Date and Content-Length.
void AppendResponse(const Response& response, const ResponseFraming& framing, std::string* out);

// "OK", "Not Found", …; "Unknown" for a code that is not in use here.
absl::string_view ReasonPhrase(int status);

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_RESPONSE_H_
