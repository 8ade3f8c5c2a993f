#include "schedulerlib/config/vendors.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Cdn SignedCdn() {
  Cdn cdn;
  cdn.pull_templates["flv"] = "https://{host}/{app}/{stream}{suffix}.flv";
  cdn.pull_signing.method = SignMethod::kTencent;
  cdn.pull_signing.key = "k";
  return cdn;
}

std::vector<std::string> ProblemsOf(const Cdn& cdn) {
  TranscodeTemplate known;
  known.name = "known";
  std::vector<std::string> problems;
  ValidateVendor(cdn, {known}, [&](absl::string_view path, absl::string_view text) {
    problems.push_back(absl::StrCat(path, ": ", text));
  });
  return problems;
}

TEST(ValidateVendorTest, ASignedCdnIsFine) { EXPECT_THAT(ProblemsOf(SignedCdn()), IsEmpty()); }

// long because it is a table: a row for each mistake.
TEST(ValidateVendorTest, SaysWhatIsWrong) {
  const struct {
    const char* name;
    std::function<void(Cdn&)> spoil;
    std::string problem;
  } kRows[] = {
      {"KeyWithoutMethod", [](Cdn& c) { c.push_signing.key = "k"; },
       "spec.push_signing.method: is missing, and there is a key"},
      {"MethodWithoutKey", [](Cdn& c) { c.pull_signing.key = ""; },
       "spec.pull_signing.key: is empty; URLs cannot be signed without it"},
      {"NoBackupKey", [](Cdn& c) { c.pull_signing.use_backup_key = true; },
       "spec.pull_signing.backup_key: is empty; URLs cannot be signed without it"},
      {"ShortValidity", [](Cdn& c) { c.pull_signing.validity_s = 59; },
       "spec.pull_signing.validity_s: must be 60 to 2592000 (30 days)"},
      {"TextOfAFixedMethod", [](Cdn& c) { c.pull_signing.text = "{path}{time}"; },
       "spec.pull_signing.text: is for HMAC_SHA256 and MD5 alone"},
      {"NamesOfAFixedMethod", [](Cdn& c) { c.pull_signing.time_parameter = "t"; },
       "spec.pull_signing.secret_parameter: this method's parameters have the vendor's names"},
      {"BadName",
       [](Cdn& c) {
         c.pull_signing.method = SignMethod::kVolcengine;
         c.pull_signing.time_parameter = "a&b";
       },
       "spec.pull_signing.secret_parameter: and time_parameter must be letters, digits, '-', '_' "
       "and '.'"},
      {"BadText",
       [](Cdn& c) {
         c.pull_signing.method = SignMethod::kMd5;
         c.pull_signing.text = "{path}{time}";
       },
       "spec.pull_signing.text: \"{path}{time}\" has no {key}; whoever sees a URL could sign "
       "others"},
      {"PushByPath",
       [](Cdn& c) {
         c.push_signing.method = SignMethod::kAlibabaB;
         c.push_signing.key = "k";
       },
       "spec.push_signing.method: ALIBABA_B changes the path, by which pushes are recognised"},
      {"Query", [](Cdn& c) { c.gop_cache.query = "m={m}"; },
       "spec.gop_cache.query: has the unknown name {m}; known are {ms}, {s}, {minus_ms} and "
       "{value}"},
      {"DropQuery", [](Cdn& c) { c.gop_cache.drop_query = "m={ms}"; },
       "spec.gop_cache.drop_query: has the unknown name {ms}; known are {protected_ms} and "
       "{gop_keep_ms}"},
      {"Bounds", [](Cdn& c) { c.gop_cache.min_ms = 60'001; },
       "spec.gop_cache.max_ms: must be min_ms to 60000 (a minute)"},
      {"SetMs", [](Cdn& c) { c.gop_cache.set_ms = 60'001; },
       "spec.gop_cache.set_ms: and added_ms must be at most 60000 (a minute)"},
      {"ValueWithoutTable", [](Cdn& c) { c.gop_cache.query = "l={value}"; },
       "spec.gop_cache.query: has {value}, which only model TABLE has"},
      {"LevelsWithoutTable",
       [](Cdn& c) {
         c.gop_cache.levels.push_back({"low", 1, 1, 1});
       },
       "spec.gop_cache.levels: are for model TABLE alone"},
      {"Level",
       [](Cdn& c) {
         c.gop_cache.model = GopCacheModel::kTable;
         c.gop_cache.query = "l={value}";
         c.gop_cache.levels = {{"low", 2000, 5000, 4000}};
       },
       "spec.gop_cache.levels[0]: needs gop_ms, and delay_min_ms must not be over delay_max_ms"},
      {"SetValue",
       [](Cdn& c) {
         c.gop_cache.model = GopCacheModel::kTable;
         c.gop_cache.set_value = "lo";
         c.gop_cache.levels = {{"low", 2000, 4000, 5000}};
       },
       "spec.gop_cache.set_value: must be one of the levels' values, or give a query"},
      {"Suffix", [](Cdn& c) { c.suffixes["known"] = "a/b"; },
       "spec.suffixes.known: must be letters, digits, '-', '_', '.' and {tier}"},
      {"SuffixKey", [](Cdn& c) { c.suffixes["h266"] = "x"; },
       "spec.suffixes.h266: is neither a TranscodeTemplate nor one of h264, h265, h264_60 and "
       "h265_60"},
      {"Domain", [](Cdn& c) { c.pull_domains["hls"] = "hls.example"; },
       "spec.pull_domains.hls: is of a format without a pull template"},
      {"PushDomain", [](Cdn& c) { c.push_domains["srt"] = "srt.example"; },
       "spec.push_domains.srt: is of a protocol without a push template"},
      {"EmptyDomain", [](Cdn& c) { c.pull_domains["flv"] = ""; },
       "spec.pull_domains.flv: is empty"},
      {"Cap", [](Cdn& c) { c.cap_mbps = -1; }, "spec.cap_mbps: must be 0 (no limit) or more"},
      {"Commit", [](Cdn& c) { c.commit_mbps = -1; }, "spec.commit_mbps: must be 0 or more"},
      {"Price", [](Cdn& c) { c.price_per_mbps = -1; }, "spec.price_per_mbps: must be 0 or more"},
      {"Watermarks", [](Cdn& c) { c.cap_low_share = 0.96; },
       "spec.cap_low_share: must be over 0 and not over cap_high_share, and that not over 1"},
  };
  for (const auto& row : kRows) {
    Cdn cdn = SignedCdn();
    row.spoil(cdn);
    EXPECT_THAT(ProblemsOf(cdn), ElementsAre(row.problem)) << row.name;
  }
}

TEST(ValidateVendorTest, AnEmptyTableIsToldAtOnceWithItsValue) {
  Cdn cdn = SignedCdn();
  cdn.gop_cache.model = GopCacheModel::kTable;
  EXPECT_THAT(ProblemsOf(cdn),
              ElementsAre("spec.gop_cache.levels: is empty, and the model is TABLE",
                          "spec.gop_cache.set_value: must be one of the levels' values, or give a "
                          "query"));
}

}  // namespace
}  // namespace nearcast::scheduler
