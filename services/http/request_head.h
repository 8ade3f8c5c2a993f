// Reads a request's head: request line and header fields (RFC 9112 sections 2 to 6), bytes in,
// values out.
//
//   const size_t end = FindHeadEnd(received, 0);
//   if (end == absl::string_view::npos) return;   // more must come
//   RequestFraming framing;
//   if (auto error = ParseRequestHead(received.substr(0, end), &request, &framing)) Refuse(*error);
//
// Where the RFC lets a server be lenient in a way that proxies have been tricked with (bare LF,
// spaces before ':', folded lines, several lengths), this reader refuses.
#ifndef SERVICES_HTTP_REQUEST_HEAD_H_
#define SERVICES_HTTP_REQUEST_HEAD_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "services/http/request.h"

namespace nearcast::http {

// RFC 9110 section 4.1 asks for at least 8000.
inline constexpr size_t kTargetBytesMax = 8192;
inline constexpr size_t kHeaderFieldsMax = 64;

// A request that is refused before any handler sees it. The texts are literals.
struct HttpError {
  int status = 400;
  absl::string_view code;     // as in {"code": …}
  absl::string_view message;  // for people
};

// How the message is delimited and what follows it.
struct RequestFraming {
  enum class Body : uint8_t { kLength, kChunked };
  enum class After : uint8_t { kKeepAlive, kClose };

  Body body = Body::kLength;
  uint64_t length_bytes = 0;  // for kLength
  After after = After::kKeepAlive;
  bool expects_continue = false;  // RFC 9110 section 10.1.1
  uint8_t version_minor = 1;      // of HTTP/1.x: 0 or 1
};

// The position behind the empty line that ends the head, or npos. `searched` bytes are known to
// hold no end: pass the size at the last call, so that a head that comes byte by byte costs linear
// time.
size_t FindHeadEnd(absl::string_view bytes, size_t searched);

// `head` ends with its empty line. Fills method, path, query and headers of `request`, whose views
// point into `head` (and decoded_path); leaves the rest. Nothing is returned on success.
std::optional<HttpError> ParseRequestHead(absl::string_view head, Request* request,
                                          RequestFraming* framing);

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_REQUEST_HEAD_H_
