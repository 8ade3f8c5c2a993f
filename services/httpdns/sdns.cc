#include "services/httpdns/sdns.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "services/httpdns/answer_text.h"

namespace nearcast::httpdns {
namespace {

bool IsKeyChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
}
bool IsValueChar(char c) { return IsKeyChar(c) || c == '='; }

}  // namespace

std::optional<Refusal> SdnsReader::Read(absl::string_view name, absl::string_view value) {
  const absl::string_view key = absl::StripPrefix(name, "sdns-");
  bytes_ += name.size() + value.size();
  if (bytes_ > kSdnsBytesMax) {
    return Refusal{400, "SdnsNotSupported", "at most 1000 octets of sdns- parameters"};
  }
  if (key.empty() || !std::all_of(key.begin(), key.end(), &IsKeyChar) ||
      !std::all_of(value.begin(), value.end(), &IsValueChar)) {
    return Refusal{400, "SdnsNotSupported",
                   "sdns- parameters consist of letters, digits, '_' and '-'"};
  }
  if (key == "stream") question_->stream = value;
  return std::nullopt;
}

void AppendExtra(const NameResult& result, std::string* out) {
  const absl::string_view alias = result.alias();
  if (alias.empty() && result.stream.empty()) return;
  Append(",\"extra\":\"", out);
  if (!alias.empty()) {
    Append("cname=", out);
    Append(alias, out);
  }
  if (!result.stream.empty()) {
    Append(alias.empty() ? "stream=" : ";stream=", out);
    Append(result.stream, out);
  }
  Append("\"", out);
}

}  // namespace nearcast::httpdns
