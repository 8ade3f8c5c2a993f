#include "signing/url_signer.h"

#include "absl/strings/str_cat.h"
#include "signing/alibaba.h"
#include "signing/huawei.h"
#include "signing/parameter_names.h"
#include "signing/sign_text.h"
#include "signing/tencent.h"
#include "signing/time_text.h"
#include "signing/url_digest.h"
#include "signing/volcengine.h"

namespace nearcast {
namespace {

// Of a signature without its parameters' names: digest, time, separators.
constexpr size_t kDigestAndTimeMax = 160;

// "pull.example:8088" of a URL whose path begins at `path_at`.
absl::string_view HostOf(absl::string_view url, size_t path_at) {
  const absl::string_view before = url.substr(0, path_at);
  const size_t scheme = before.rfind("//");
  return scheme == absl::string_view::npos ? before : before.substr(scheme + 2);
}

}  // namespace

UrlSigner::UrlSigner(const Signing& signing)
    : signing_(signing), active_key_(signing.active_key()) {
  const ParameterNames names = ParameterNamesOf(signing);
  signing_.secret_parameter = std::string(names.secret);
  signing_.time_parameter = std::string(names.time);
  text_ = SplitSignText(signing.text.empty() ? DefaultSignText(signing.method) : signing.text);
  if (signing.method == SignMethod::kHuawei || signing.method == SignMethod::kHmacSha256) {
    hmac_.emplace(active_key_);
  }
}

void UrlSigner::Sign(size_t path_at, absl::string_view app, absl::string_view stream,
                     int64_t expiry_s, std::string& text) const {
  if (!signs()) return;
  const size_t query_at = text.find('?', path_at);
  // The parts stay where they are while the signature is written behind them.
  text.reserve(text.size() + kDigestAndTimeMax + signing_.secret_parameter.size() +
               signing_.time_parameter.size());
  const absl::string_view url = text;
  const UrlParts parts = {.host = HostOf(url, path_at),
                          .path = url.substr(path_at, query_at - path_at),
                          .app = app,
                          .stream = stream};
  if (signing_.method == SignMethod::kAlibabaB) {
    std::string prefix;
    SignAlibabaB(parts, active_key_, expiry_s, prefix);
    text.insert(path_at, prefix);
    return;
  }
  text.push_back(query_at == std::string::npos ? '?' : '&');
  AppendQuery(parts, expiry_s, text);
}

bool UrlSigner::SignsStreamAlone() const {
  switch (signing_.method) {
    case SignMethod::kTencent:
    case SignMethod::kVolcengine:
    case SignMethod::kHuawei:
      return true;
    default:
      return false;
  }
}

void UrlSigner::AppendQuery(const UrlParts& url, int64_t expiry_s, std::string& query) const {
  switch (signing_.method) {
    case SignMethod::kNone:
    case SignMethod::kAlibabaB:
      return;
    case SignMethod::kTencent:
      return SignTencent(url, active_key_, expiry_s, query);
    case SignMethod::kAlibabaA:
      return SignAlibabaA(url, active_key_, expiry_s, query);
    case SignMethod::kAlibabaC:
      return SignAlibabaC(url, active_key_, expiry_s, signing_.secret_parameter,
                          signing_.time_parameter, query);
    case SignMethod::kVolcengine:
      return SignVolcengine(url, active_key_, expiry_s, signing_.secret_parameter,
                            signing_.time_parameter, query);
    case SignMethod::kHuawei:
      return SignHuawei(url, *hmac_, expiry_s, query);
    case SignMethod::kHmacSha256:
    case SignMethod::kMd5:
      return AppendGeneral(url, expiry_s, query);
  }
}

void UrlSigner::AppendGeneral(const UrlParts& url, int64_t expiry_s, std::string& query) const {
  const TimeText time =
      signing_.hex_time ? HexTime(expiry_s, Letters::kLower) : DecimalTime(expiry_s);
  absl::StrAppend(&query, signing_.secret_parameter, "=");
  AppendTextDigest(text_, url, active_key_, hmac_ ? &*hmac_ : nullptr, time.text(), query);
  absl::StrAppend(&query, "&", signing_.time_parameter, "=", time.text());
}

}  // namespace nearcast
