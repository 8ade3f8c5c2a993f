#include "signing/url_batch.h"

#include <algorithm>
#include <span>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/hmac_lanes.h"
#include "base/md5_lanes.h"
#include "signing/alibaba.h"

namespace nearcast {
namespace {

constexpr size_t kUsualUrls = 32;
constexpr size_t kUsualDigestedSize = 96;

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
    case SignMethod::kTencent:
      return HexTime(expiry_s, Letters::kUpper);
    case SignMethod::kHuawei:
      return HexTime(expiry_s, Letters::kLower);
    case SignMethod::kHmacSha256:
    case SignMethod::kMd5:
      return signing.hex_time ? HexTime(expiry_s, Letters::kLower) : DecimalTime(expiry_s);
    default:
      return DecimalTime(expiry_s);
  }
}

bool HasHmac(SignMethod method) {
  return method == SignMethod::kHuawei || method == SignMethod::kHmacSha256;
}

}  // namespace

UrlBatch::UrlBatch(const UrlSigner& signer, int64_t expiry_s)
    : signer_(signer),
      time_(TimeOf(signer.signing_, expiry_s)),
      signs_host_(absl::StrContains(signer.signing_.text, "{host}")) {
  if (!signer.signs()) return;
  WriteAddition();
  pending_.reserve(kUsualUrls);
  ends_.reserve(kUsualUrls);
  digested_.reserve(kUsualUrls * kUsualDigestedSize);
}

void UrlBatch::WriteAddition() {
  const Signing& signing = signer_.signing_;
  const absl::string_view time = time_.text();
  std::string after;
  switch (signing.method) {
    case SignMethod::kAlibabaA:
      absl::StrAppend(&addition_, signing.secret_parameter, "=", time, "-0-0-");
      break;
    case SignMethod::kAlibabaB:
      absl::StrAppend(&addition_, "/", time, "/");
      break;
    case SignMethod::kVolcengine:
      absl::StrAppend(&addition_, signing.time_parameter, "=", time, "&", signing.secret_parameter,
                      "=");
      break;
    default:
      absl::StrAppend(&addition_, signing.secret_parameter, "=");
      after = absl::StrCat("&", signing.time_parameter, "=", time);
  }
  digits_at_ = addition_.size();
  addition_.append(HasHmac(signing.method) ? std::tuple_size_v<HmacHex> : std::tuple_size_v<Md5Hex>,
                   '0');
  addition_.append(after);
}

void UrlBatch::Sign(size_t path_at, absl::string_view app, absl::string_view stream,
                    std::string& text) {
  if (!signer_.signs()) return;
  const size_t query_at = text.find('?', path_at);
  const size_t digest = AddDigest(path_at, std::min(query_at, text.size()), app, stream, text);
  if (signer_.signing_.method == SignMethod::kAlibabaB) {
    text.insert(path_at, addition_);
    pending_.push_back({&text, path_at + digits_at_, digest});
    return;
  }
  text.push_back(query_at == std::string::npos ? '?' : '&');
  pending_.push_back({&text, text.size() + digits_at_, digest});
  text.append(addition_);
}

size_t UrlBatch::AddDigest(size_t path_at, size_t path_end, absl::string_view app,
                           absl::string_view stream, const std::string& text) {
  if (signer_.SignsStreamAlone()) {
    if (!ends_.empty() && last_stream_ == stream && last_app_ == app) return ends_.size() - 1;
    last_stream_.assign(stream.data(), stream.size());
    last_app_.assign(app.data(), app.size());
  }
  const absl::string_view url = text;
  AppendDigested({.host = signs_host_ ? HostOf(url, path_at) : "",
                  .path = url.substr(path_at, path_end - path_at),
                  .app = app,
                  .stream = stream});
  ends_.push_back(digested_.size());
  return ends_.size() - 1;
}

void UrlBatch::AppendDigested(const UrlParts& parts) {
  const absl::string_view time = time_.text();
  const std::string& key = signer_.active_key_;
  switch (signer_.signing_.method) {
    case SignMethod::kTencent:
      return absl::StrAppend(&digested_, key, parts.stream, time);
    case SignMethod::kVolcengine:
      return absl::StrAppend(&digested_, "/", parts.app, "/", parts.stream, key, time);
    case SignMethod::kHuawei:
      return absl::StrAppend(&digested_, parts.stream, time);
    case SignMethod::kAlibabaA:
      return absl::StrAppend(&digested_, parts.path, "-", time, "-0-0-", key);
    case SignMethod::kAlibabaB:
      return absl::StrAppend(&digested_, key, time, parts.path);
    case SignMethod::kAlibabaC:
      return absl::StrAppend(&digested_, key, parts.path, time);
    default:  // kHmacSha256, kMd5
      return AppendSignText(signer_.text_, parts, time, key, digested_);
  }
}

void UrlBatch::Finish() {
  if (!signer_.hmac_) return FillIn<Md5Hex>(DigestMd5);
  const auto digest_all = [this](std::span<const absl::string_view> texts,
                                 std::span<HmacHex> codes) {
    DigestHmac(signer_.active_key_, texts, codes);
  };
  FillIn<HmacHex>(digest_all);
}

template <typename Hex, typename DigestAll>
void UrlBatch::FillIn(DigestAll digest_all) {
  std::vector<absl::string_view> digested;
  digested.reserve(ends_.size());
  size_t begin = 0;
  for (const size_t end : ends_) {
    digested.push_back(absl::string_view(digested_).substr(begin, end - begin));
    begin = end;
  }
  std::vector<Hex> digits(ends_.size());
  digest_all(digested, digits);
  for (const Pending& pending : pending_) {
    const Hex& hex = digits[pending.digest];
    std::copy(hex.begin(), hex.end(), pending.text->begin() + pending.at);
  }
  pending_.clear();
  ends_.clear();
  digested_.clear();
}

}  // namespace nearcast
