#include "services/http/request_head.h"

#include <array>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "services/http/query_params.h"

namespace nearcast::http {
namespace {

// RFC 9110 section 5.6.2: the characters of a token.
constexpr std::array<bool, 256> kTokenChars = [] {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[c] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (const char c :
       {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'}) {
    table[static_cast<uint8_t>(c)] = true;
  }
  return table;
}();

bool IsToken(absl::string_view text) {
  for (const char c : text) {
    if (!kTokenChars[static_cast<uint8_t>(c)]) return false;
  }
  return !text.empty();
}

// No control character but the tab (RFC 9110 section 5.5).
bool IsFieldValue(absl::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f) return false;
  }
  return true;
}

// RFC 9110 section 7.2, RFC 3986 section 3.2.2: what stands in a uri-host and its port, and bytes
// above ASCII.
constexpr std::array<bool, 256> kHostChars = [] {
  std::array<bool, 256> table{};
  for (int c = 0x21; c < 256; ++c) table[c] = c != 0x7f;
  for (const char c : {'"', '#', ',', '/', '<', '>', '?', '@', '\\', '^', '`', '{', '|', '}'}) {
    table[static_cast<uint8_t>(c)] = false;
  }
  return table;
}();

// Empty is allowed.
bool IsHost(absl::string_view text) {
  for (const char c : text) {
    if (!kHostChars[static_cast<uint8_t>(c)]) return false;
  }
  return true;
}

// Bytes above ASCII are let through: clients send UTF-8 unescaped.
bool IsTarget(absl::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte <= 0x20 || byte == 0x7f || byte == '#') return false;
  }
  return !text.empty();
}

absl::string_view TrimSpaces(absl::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

HttpError BadRequest(absl::string_view message) { return {400, "BadRequest", message}; }

// Cuts the next line off. Lines end with CRLF: a lone CR or LF fails a later check of the line's
// characters.
absl::string_view TakeLine(absl::string_view* head) {
  size_t end = 0;
  while (true) {
    const void* found = std::memchr(head->data() + end, '\n', head->size() - end);
    if (found == nullptr) break;
    end = static_cast<size_t>(static_cast<const char*>(found) - head->data());
    if (end > 0 && (*head)[end - 1] == '\r') {
      const absl::string_view line = head->substr(0, end - 1);
      head->remove_prefix(end + 1);
      return line;
    }
    ++end;
  }
  const absl::string_view line = *head;
  *head = {};
  return line;
}

// RFC 9112 section 3.2: origin-form, absolute-form (a server must take it from any client) and "*".
std::optional<HttpError> ReadTarget(absl::string_view target, Request* request) {
  if (target.size() > kTargetBytesMax) {
    return HttpError{414, "UriTooLong", "the request target is too long"};
  }
  if (!IsTarget(target))
    return BadRequest("the request target has a character that must be escaped");
  if (absl::StartsWithIgnoreCase(target, "http://") ||
      absl::StartsWithIgnoreCase(target, "https://")) {
    const size_t path = target.find_first_of("/?", target.find("//") + 2);
    target = path == target.npos ? "/" : target.substr(path);
  }
  const size_t question = target.find('?');
  absl::string_view path = target.substr(0, question);
  request->query = question == target.npos ? absl::string_view() : target.substr(question + 1);
  if (path.empty()) path = "/";
  if (path.front() != '/' && path != "*")
    return BadRequest("the request target must begin with '/'");
  if (path.find('%') == path.npos) {
    request->path = path;
    return std::nullopt;
  }
  request->decoded_path.clear();
  if (!AppendPercentDecoded(path, PlusSign::kLiteral, &request->decoded_path).ok()) {
    return BadRequest("the path has a broken percent-escape");
  }
  request->path = request->decoded_path;
  return std::nullopt;
}

std::optional<HttpError> ReadRequestLine(absl::string_view line, Request* request,
                                         RequestFraming* framing) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == line.npos || last == first) return BadRequest("malformed request line");
  const absl::string_view method = line.substr(0, first);
  const absl::string_view version = line.substr(last + 1);
  if (!IsToken(method)) return BadRequest("malformed method");
  request->method = FindMethod(method);
  if (version == "HTTP/1.1") {
    framing->version_minor = 1;
    framing->after = RequestFraming::After::kKeepAlive;
  } else if (version == "HTTP/1.0") {
    framing->version_minor = 0;
    framing->after = RequestFraming::After::kClose;
  } else if (absl::StartsWith(version, "HTTP/") && version.size() == 8) {
    return HttpError{505, "VersionNotSupported", "HTTP/1.0 and HTTP/1.1 are spoken here"};
  } else {
    return BadRequest("malformed HTTP version");
  }
  return ReadTarget(line.substr(first + 1, last - first - 1), request);
}

// What the fields about framing say, seen so far.
struct FramingFields {
  bool has_host = false;
  bool has_length = false;
  bool has_encoding = false;
};

std::optional<HttpError> ReadLength(absl::string_view value, FramingFields* seen,
                                    RequestFraming* framing) {
  uint64_t length = 0;
  const bool digits = value.find_first_not_of("0123456789") == value.npos;
  if (!digits || !absl::SimpleAtoi(value, &length)) return BadRequest("malformed Content-Length");
  if (seen->has_length && length != framing->length_bytes) {
    return BadRequest("several Content-Length fields that differ");
  }
  seen->has_length = true;
  framing->length_bytes = length;
  return std::nullopt;
}

void ReadConnection(absl::string_view value, RequestFraming* framing) {
  while (!value.empty()) {
    const size_t comma = value.find(',');
    const absl::string_view option = TrimSpaces(value.substr(0, comma));
    if (absl::EqualsIgnoreCase(option, "close")) framing->after = RequestFraming::After::kClose;
    if (absl::EqualsIgnoreCase(option, "keep-alive") && framing->version_minor == 0) {
      framing->after = RequestFraming::After::kKeepAlive;
    }
    value.remove_prefix(comma == value.npos ? value.size() : comma + 1);
  }
}

// Looks at the five fields that say how to read the message. The switch on length keeps other
// fields cheap.
std::optional<HttpError> ReadFramingField(const HeaderField& field, FramingFields* seen,
                                          RequestFraming* framing) {
  switch (field.name.size()) {
    case 4:
      if (!absl::EqualsIgnoreCase(field.name, "host")) break;
      if (seen->has_host) return BadRequest("several Host fields");
      if (!IsHost(field.value)) return BadRequest("malformed Host");  // RFC 9112 section 3.2
      seen->has_host = true;
      break;
    case 6:
      if (!absl::EqualsIgnoreCase(field.name, "expect")) break;
      if (!absl::EqualsIgnoreCase(field.value, "100-continue")) {
        return HttpError{417, "ExpectationFailed", "only Expect: 100-continue is known"};
      }
      framing->expects_continue = framing->version_minor == 1;
      break;
    case 10:
      if (absl::EqualsIgnoreCase(field.name, "connection")) ReadConnection(field.value, framing);
      break;
    case 14:
      if (absl::EqualsIgnoreCase(field.name, "content-length")) {
        return ReadLength(field.value, seen, framing);
      }
      break;
    case 17:
      if (!absl::EqualsIgnoreCase(field.name, "transfer-encoding")) break;
      if (seen->has_encoding || !absl::EqualsIgnoreCase(field.value, "chunked")) {
        return HttpError{501, "NotImplemented", "chunked is the only transfer coding known"};
      }
      seen->has_encoding = true;
      framing->body = RequestFraming::Body::kChunked;
      break;
    default:
      break;
  }
  return std::nullopt;
}

std::optional<HttpError> ReadField(absl::string_view line, Request* request, FramingFields* seen,
                                   RequestFraming* framing) {
  if (request->headers.size() == kHeaderFieldsMax) {
    return HttpError{431, "HeaderTooLarge", "too many header fields"};
  }
  const size_t colon = line.find(':');
  if (colon == line.npos || !IsToken(line.substr(0, colon)))
    return BadRequest("malformed header field");
  const HeaderField field{line.substr(0, colon), TrimSpaces(line.substr(colon + 1))};
  if (!IsFieldValue(field.value)) return BadRequest("a header field has a control character");
  request->headers.push_back(field);
  return ReadFramingField(field, seen, framing);
}

}  // namespace

size_t FindHeadEnd(absl::string_view bytes, size_t searched) {
  const size_t from = searched < 3 ? 0 : searched - 3;
  if (from >= bytes.size()) return bytes.npos;
  const void* found = memmem(bytes.data() + from, bytes.size() - from, "\r\n\r\n", 4);
  if (found == nullptr) return bytes.npos;
  return static_cast<size_t>(static_cast<const char*>(found) - bytes.data()) + 4;
}

std::optional<HttpError> ParseRequestHead(absl::string_view head, Request* request,
                                          RequestFraming* framing) {
  request->Clear();
  *framing = {};
  FramingFields seen;
  if (auto error = ReadRequestLine(TakeLine(&head), request, framing)) return error;
  while (!head.empty()) {
    const absl::string_view line = TakeLine(&head);
    if (line.empty()) break;
    if (auto error = ReadField(line, request, &seen, framing)) return error;
  }
  if (!seen.has_host && framing->version_minor == 1) {
    return BadRequest("HTTP/1.1 requires a Host field");  // RFC 9112 section 3.2
  }
  if (seen.has_encoding && (seen.has_length || framing->version_minor == 0)) {
    return BadRequest("Transfer-Encoding with Content-Length or HTTP/1.0");  // RFC 9112 section 6.1
  }
  return std::nullopt;
}

}  // namespace nearcast::http
