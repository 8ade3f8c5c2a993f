// Alibaba Cloud CDN and ApsaraVideo Live: types A, B and C.
//
// Sources: alibabacloud.com/help/doc-detail/85113, 85114 and 85115. The vendor adds the validity
// that is set for the domain to the time in the URL. Huawei's method A is Alibaba's.
#ifndef SIGNING_ALIBABA_H_
#define SIGNING_ALIBABA_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "signing/url_parts.h"

namespace nearcast {

// Append the digest alone. `time` as the URL has it; for A with what follows it: "1444435200-0-0".
void AppendAlibabaADigest(const UrlParts& url, absl::string_view key, absl::string_view time,
                          std::string& out);
void AppendAlibabaBDigest(const UrlParts& url, absl::string_view key, absl::string_view time,
                          std::string& out);
void AppendAlibabaCDigest(const UrlParts& url, absl::string_view key, absl::string_view time,
                          std::string& out);

// Appends "auth_key=1444435200-0-0-…": MD5 of path, time, a random number, a user and the key. The
// last two may be 0, and are, so that all viewers share the URL.
void SignAlibabaA(const UrlParts& url, absl::string_view key, int64_t expiry_s, std::string& query);

// The second that B's minute is written of: the minute that the expiry begins or is in, rounded up.
inline int64_t AlibabaBMinute(int64_t expiry_s) { return expiry_s + 59; }

// Appends "/201508150800/…", which goes before the path: MD5 of key, minute (UTC+8) and path.
void SignAlibabaB(const UrlParts& url, absl::string_view key, int64_t expiry_s,
                  std::string& path_prefix);

// Appends "KEY1=…&KEY2=55CE8100": MD5 of key, path and hexadecimal time. The parameters' names are
// set at the vendor's; these are the ones of its documents.
void SignAlibabaC(const UrlParts& url, absl::string_view key, int64_t expiry_s,
                  absl::string_view secret_parameter, absl::string_view time_parameter,
                  std::string& query);

}  // namespace nearcast

#endif  // SIGNING_ALIBABA_H_
