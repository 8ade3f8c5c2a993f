// The text that the general methods sign: "{path}\n{time}".
#ifndef SIGNING_SIGN_TEXT_H_
#define SIGNING_SIGN_TEXT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

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

// A text taken apart, for whoever signs many URLs by it.
struct SignPiece {
  std::string before;          // what stands before the name
  std::optional<size_t> name;  // nothing at the end
};
using SignPieces = std::vector<SignPiece>;

// `text` must be valid.
SignPieces SplitSignText(absl::string_view text);

// Appends the text with its names replaced.
void AppendSignText(const SignPieces& pieces, const UrlParts& url, absl::string_view time,
                    absl::string_view key, std::string& out);

}  // namespace nearcast

#endif  // SIGNING_SIGN_TEXT_H_
