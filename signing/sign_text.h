// The text that the general methods sign: "{path}\n{time}".
#ifndef SIGNING_SIGN_TEXT_H_
#define SIGNING_SIGN_TEXT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "signing/signing.h"
#include "signing/url_parts.h"

namespace nearcast {

// What is signed when nothing else is said: "{path}\n{time}", for MD5 "{key}{path}{time}".
absl::string_view DefaultSignText(SignMethod method);

// INVALID_ARGUMENT for an unknown name in braces, for {key} where the method takes it apart, for an
// MD5 text without {key}, and for a text that signs neither {path} nor {stream}, or no {time}.
absl::Status ValidateSignText(absl::string_view text, SignMethod method);

// Appends the text with its names replaced; it must be valid.
void AppendSignText(absl::string_view text, const UrlParts& url, absl::string_view time,
                    absl::string_view key, std::string& out);

}  // namespace nearcast

#endif  // SIGNING_SIGN_TEXT_H_
