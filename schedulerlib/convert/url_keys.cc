#include "schedulerlib/convert/url_keys.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "schedulerlib/place/rendezvous.h"
#include "signing/convert/signing_convert.h"

namespace nearcast::scheduler {
namespace {

// Every field, so that no two signings have the same words.
std::string WordsOf(const Signing& signing) {
  std::string words;
  for (const std::string* text : {&signing.key, &signing.backup_key, &signing.text,
                                  &signing.secret_parameter, &signing.time_parameter}) {
    absl::StrAppend(&words, text->size(), ":", *text);
  }
  absl::StrAppend(&words, " ", static_cast<int>(signing.method), " ", signing.use_backup_key, " ",
                  signing.validity_s, " ", signing.hex_time);
  return words;
}

}  // namespace

v1::UrlKeys BuildUrlKeys(const Cdn& cdn) {
  v1::UrlKeys keys;
  *keys.mutable_push() = SigningMessageOf(cdn.push_signing);
  *keys.mutable_pull() = SigningMessageOf(cdn.pull_signing);
  const std::string words =
      absl::StrCat(WordsOf(cdn.push_signing), "\n", WordsOf(cdn.pull_signing));
  keys.set_id(std::max<uint64_t>(StableHash(words), 1));
  return keys;
}

}  // namespace nearcast::scheduler
