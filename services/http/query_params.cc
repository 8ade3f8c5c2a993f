#include "services/http/query_params.h"

#include "absl/strings/str_cat.h"

namespace nearcast::http {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

absl::Status AppendPercentDecoded(absl::string_view text, PlusSign plus, std::string* out) {
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus == PlusSign::kSpace) c = ' ';
    if (c == '%') {
      const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return absl::InvalidArgumentError("'%' must be followed by two hex digits");
      }
      c = static_cast<char>(high * 16 + low);
      if (c == '\0') return absl::InvalidArgumentError("an encoded zero byte is not allowed");
      i += 2;
    }
    out->push_back(c);
  }
  return absl::OkStatus();
}

absl::Status QueryParams::Parse(absl::string_view query) {
  count_ = 0;
  decoded_.clear();
  decoded_.reserve(query.size());
  has_escapes_ = query.find('%') != query.npos || query.find('+') != query.npos;
  size_t count = 0;
  while (!query.empty()) {
    const absl::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(pair.size() == query.size() ? pair.size() : pair.size() + 1);
    if (pair.empty()) continue;
    if (count == kParamsMax) {
      return absl::InvalidArgumentError(absl::StrCat("more than ", kParamsMax, " parameters"));
    }
    const size_t equals = pair.find('=');
    Param& param = params_[count++];
    absl::Status status = Decode(pair.substr(0, equals), &param.name);
    if (status.ok()) {
      status = Decode(equals == pair.npos ? "" : pair.substr(equals + 1), &param.value);
    }
    if (!status.ok()) return status;
  }
  count_ = count;
  return absl::OkStatus();
}

absl::Status QueryParams::Decode(absl::string_view text, absl::string_view* decoded) {
  if (!has_escapes_) {
    *decoded = text;
    return absl::OkStatus();
  }
  const size_t begin = decoded_.size();
  const absl::Status status = AppendPercentDecoded(text, PlusSign::kSpace, &decoded_);
  *decoded = absl::string_view(decoded_).substr(begin);
  return status;
}

std::optional<absl::string_view> QueryParams::Find(absl::string_view name) const {
  for (const Param& param : all()) {
    if (param.name == name) return param.value;
  }
  return std::nullopt;
}

absl::string_view QueryParams::Get(absl::string_view name) const {
  return Find(name).value_or(absl::string_view());
}

}  // namespace nearcast::http
