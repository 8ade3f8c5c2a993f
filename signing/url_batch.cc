#include "signing/url_batch.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/md5_lanes.h"
#include "signing/alibaba.h"

namespace nearcast {
namespace {

constexpr size_t kMd5Digits = 32;

// Of a signature without its parameters' names: digest, time, separators.
constexpr size_t kDigestAndTimeMax = 160;

// "pull.example:8088" of a URL whose path begins at `path_at`.
absl::string_view HostOf(absl::string_view url, size_t path_at) {
  const absl::string_view before = url.substr(0, path_at);
  const size_t scheme = before.rfind("//");
  return scheme == absl::string_view::npos ? before : before.substr(scheme + 2);
}

TimeText TimeOf(const Signing& signing, int64_t expiry_s) {
  switch (signing.method) {
    case SignMethod::kAlibabaB:
      return BeijingMinute(AlibabaBMinute(expiry_s));
    case SignMethod::kAlibabaC:
      return HexTime(expiry_s, Letters::kUpper);
    case SignMethod::kHmacSha256:
    case SignMethod::kMd5:
      return signing.hex_time ? HexTime(expiry_s, Letters::kLower) : DecimalTime(expiry_s);
    default:
      return DecimalTime(expiry_s);
  }
}

}  // namespace

UrlBatch::UrlBatch(const UrlSigner& signer, int64_t expiry_s)
    : signer_(signer), expiry_s_(expiry_s), time_(TimeOf(signer.signing_, expiry_s)) {}

void UrlBatch::Sign(size_t path_at, absl::string_view app, absl::string_view stream,
                    std::string& text) {
  switch (signer_.signing_.method) {
    case SignMethod::kAlibabaA:
    case SignMethod::kAlibabaB:
    case SignMethod::kAlibabaC:
    case SignMethod::kHmacSha256:
    case SignMethod::kMd5:
      break;
    default:
      return signer_.Sign(path_at, app, stream, expiry_s_, text);
  }
  // The parts stay where they are while the signature is written behind them.
  text.reserve(text.size() + kDigestAndTimeMax + signer_.signing_.secret_parameter.size() +
               signer_.signing_.time_parameter.size());
  const absl::string_view url = text;
  const size_t query_at = url.find('?', path_at);
  const UrlParts parts = {.host = HostOf(url, path_at),
                          .path = url.substr(path_at, query_at - path_at),
                          .app = app,
                          .stream = stream};
  if (signer_.signing_.method == SignMethod::kAlibabaB) return SignPath(parts, path_at, text);
  text.push_back(query_at == absl::string_view::npos ? '?' : '&');
  AppendQuery(parts, text);
}

void UrlBatch::SignPath(const UrlParts& parts, size_t path_at, std::string& text) {
  absl::StrAppend(&digested_, signer_.active_key_, time_.text(), parts.path);
  text.insert(path_at, time_.size + kMd5Digits + 2, '0');
  text[path_at] = '/';
  std::copy_n(time_.chars.begin(), time_.size, text.begin() + path_at + 1);
  text[path_at + 1 + time_.size] = '/';
  pending_.push_back({path_at + time_.size + 2, digested_.size()});
}

void UrlBatch::AppendQuery(const UrlParts& parts, std::string& text) {
  const Signing& signing = signer_.signing_;
  const absl::string_view time = time_.text();
  const std::string& key = signer_.active_key_;
  switch (signing.method) {
    case SignMethod::kAlibabaA:
      absl::StrAppend(&digested_, parts.path, "-", time, "-0-0-", key);
      absl::StrAppend(&text, "auth_key=", time, "-0-0-");
      return LeaveDigits(text);
    case SignMethod::kAlibabaC:
      absl::StrAppend(&digested_, key, parts.path, time);
      break;
    case SignMethod::kMd5:
      AppendSignText(signer_.text_, parts, time, key, digested_);
      break;
    default: {  // kHmacSha256
      signed_.clear();
      AppendSignText(signer_.text_, parts, time, key, signed_);
      absl::StrAppend(&text, signing.secret_parameter, "=");
      signer_.hmac_->AppendHex({signed_}, text);
      absl::StrAppend(&text, "&", signing.time_parameter, "=", time);
      return;
    }
  }
  absl::StrAppend(&text, signing.secret_parameter, "=");
  LeaveDigits(text);
  absl::StrAppend(&text, "&", signing.time_parameter, "=", time);
}

void UrlBatch::LeaveDigits(std::string& text) {
  pending_.push_back({text.size(), digested_.size()});
  text.append(kMd5Digits, '0');
}

void UrlBatch::Finish(std::string& text) {
  std::vector<absl::string_view> digested;
  digested.reserve(pending_.size());
  size_t begin = 0;
  for (const Pending& pending : pending_) {
    digested.push_back(absl::string_view(digested_).substr(begin, pending.digested_end - begin));
    begin = pending.digested_end;
  }
  std::vector<Md5Hex> digits(pending_.size());
  DigestMd5(digested, digits);
  for (size_t i = 0; i < pending_.size(); ++i) {
    std::copy(digits[i].begin(), digits[i].end(), text.begin() + pending_[i].digits_at);
  }
  pending_.clear();
  digested_.clear();
}

}  // namespace nearcast
