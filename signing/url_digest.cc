#include "signing/url_digest.h"

#include "signing/alibaba.h"
#include "signing/huawei.h"
#include "signing/tencent.h"
#include "signing/volcengine.h"

namespace nearcast {
UrlDigest::UrlDigest(const Signing& signing, absl::string_view key)
    : method_(signing.method),
      text_(SplitSignText(signing.text.empty() ? DefaultSignText(signing.method) : signing.text)),
      key_(key.data(), key.size()) {
  if (method_ == SignMethod::kHuawei || method_ == SignMethod::kHmacSha256) hmac_.emplace(key_);
}

void UrlDigest::Append(const UrlParts& url, absl::string_view time, std::string& out) const {
  switch (method_) {
    case SignMethod::kNone:
      return;
    case SignMethod::kTencent:
      return AppendTencentDigest(url, key_, time, out);
    case SignMethod::kAlibabaA:
      return AppendAlibabaADigest(url, key_, time, out);
    case SignMethod::kAlibabaB:
      return AppendAlibabaBDigest(url, key_, time, out);
    case SignMethod::kAlibabaC:
      return AppendAlibabaCDigest(url, key_, time, out);
    case SignMethod::kVolcengine:
      return AppendVolcengineDigest(url, key_, time, out);
    case SignMethod::kHuawei:
      return AppendHuaweiDigest(url, *hmac_, time, out);
    case SignMethod::kHmacSha256:
    case SignMethod::kMd5:
      return AppendTextDigest(text_, url, key_, hmac_ ? &*hmac_ : nullptr, time, out);
  }
}

void AppendTextDigest(const SignPieces& text, const UrlParts& url, absl::string_view key,
                      const HmacSha256* hmac, absl::string_view time, std::string& out) {
  std::string digested;
  digested.reserve(128);
  AppendSignText(text, url, time, key, digested);
  if (hmac != nullptr) {
    hmac->AppendHex({digested}, out);
  } else {
    AppendMd5Hex({digested}, out);
  }
}

}  // namespace nearcast
