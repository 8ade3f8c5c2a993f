// UrlKeys: by what URLs are signed that are used at this node: from a file, or from the control
// plane (nearcast.v1.UrlKeys).
//
//   push: {method: HMAC_SHA256, key: "…"}
//   pull: {method: HMAC_SHA256, key: "…", backup_key: "…"}
#ifndef DATAPLANE_ADMISSION_URL_KEYS_H_
#define DATAPLANE_ADMISSION_URL_KEYS_H_

#include <string>

#include "absl/status/statusor.h"
#include "nearcast/v1/node.pb.h"
#include "signing/signing.h"

namespace nearcast::admission {

struct UrlKeys {
  Signing push;  // no method: nothing is checked
  Signing pull;
};

UrlKeys UrlKeysOf(const v1::UrlKeys& from);

// Every mistake of a file's text at once, with line and column: INVALID_ARGUMENT.
absl::StatusOr<UrlKeys> ParseUrlKeys(absl::string_view text, const std::string& file);

// The same of a file; NOT_FOUND when it cannot be read.
absl::StatusOr<UrlKeys> ReadUrlKeys(const std::string& file);

}  // namespace nearcast::admission

#endif  // DATAPLANE_ADMISSION_URL_KEYS_H_
