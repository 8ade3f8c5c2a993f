#include "services/http/response.h"

#include <array>
#include <charconv>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "services/http/json_text.h"

namespace nearcast::http {
namespace {

void Append(absl::string_view text, std::string* out) { out->append(text.data(), text.size()); }

void AppendNumber(uint64_t number, std::string* out) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out->append(digits.data(), end.ptr);
}

}  // namespace

void Response::AddHeader(absl::string_view name, absl::string_view value) {
  NC_CHECK(value.find_first_of("\r\n") == value.npos);
  absl::StrAppend(&headers, name, ": ", value, "\r\n");
}

void Response::Clear() {
  status = 200;
  content_type = kJsonType;
  body.clear();
  headers.clear();
}

void WriteError(int status, absl::string_view code, absl::string_view message, Response& response) {
  response.status = status;
  response.content_type = kJsonType;
  response.body = "{\"code\":";
  AppendJsonString(code, &response.body);
  if (!message.empty()) {
    response.body += ",\"message\":";
    AppendJsonString(message, &response.body);
  }
  response.body += "}";
}

absl::string_view ReasonPhrase(int status) {
  struct Reason {
    int status;
    absl::string_view phrase;
  };
  static constexpr Reason kReasons[] = {
      {200, "OK"},
      {201, "Created"},
      {204, "No Content"},
      {302, "Found"},
      {304, "Not Modified"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
  };
  for (const Reason& reason : kReasons) {
    if (reason.status == status) return reason.phrase;
  }
  return "Unknown";
}

void AppendResponse(const Response& response, const ResponseFraming& framing, std::string* out) {
  if (response.status == 200) {
    Append("HTTP/1.1 200 OK\r\nDate: ", out);
  } else {
    absl::StrAppend(out, "HTTP/1.1 ", response.status, " ", ReasonPhrase(response.status),
                    "\r\nDate: ");
  }
  Append(framing.date, out);
  if (response.status != 204 && response.status != 304) {  // RFC 9110 sections 8.6 and 15.3.5
    Append("\r\nContent-Type: ", out);
    Append(response.content_type, out);
    Append("\r\nContent-Length: ", out);
    AppendNumber(response.body.size(), out);
  }
  Append("\r\n", out);
  out->append(response.headers);
  if (framing.after == ResponseFraming::After::kClose) {
    Append("Connection: close\r\n", out);
  } else if (framing.version_minor == 0) {
    Append("Connection: keep-alive\r\n", out);
  }
  Append("\r\n", out);
  if (framing.content == ResponseFraming::Content::kWhole && response.status != 204 &&
      response.status != 304) {
    out->append(response.body);
  }
}

}  // namespace nearcast::http
