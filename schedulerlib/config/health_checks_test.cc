#include "schedulerlib/config/health_checks.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> ProblemsOf(HealthCheck check) {
  Given given;
  given.Own("own").Node("gz", "CN").Vendor("vendor");
  std::vector<std::string> problems;
  ValidateHealthCheck(check, given.config(), [&](absl::string_view path, absl::string_view text) {
    problems.push_back(absl::StrCat(path, ": ", text));
  });
  return problems;
}

TEST(ValidateHealthCheckTest, ChecksOfOnesOwnAndOfAVendorAreTaken) {
  EXPECT_THAT(ProblemsOf({}), IsEmpty());
  EXPECT_THAT(ProblemsOf({.cdn = "own", .type = CheckType::kRtmp}), IsEmpty());
  EXPECT_THAT(ProblemsOf({.cdn = "vendor", .type = CheckType::kHttps, .formats = {"flv", "hls"}}),
              IsEmpty());
  EXPECT_THAT(ProblemsOf({.cdn = "vendor", .type = CheckType::kRtmp, .role = CdnRole::kPush}),
              IsEmpty());
}

TEST(ValidateHealthCheckTest, WhatIsForVendorsNeedsOne) {
  const char* kNeedsVendor =
      "spec.cdn: must name a Cdn of kind VENDOR for role, formats and sign_path";
  EXPECT_THAT(ProblemsOf({.cdn = "own", .role = CdnRole::kPush}), ElementsAre(kNeedsVendor));
  EXPECT_THAT(ProblemsOf({.formats = {"flv"}}), ElementsAre(kNeedsVendor));
  EXPECT_THAT(ProblemsOf({.nodes = {"gz"}, .sign_path = true}), ElementsAre(kNeedsVendor));
}

TEST(ValidateHealthCheckTest, VendorsCheckNeedsDomainsFormatsAndKeysThatAreThere) {
  EXPECT_THAT(ProblemsOf({.cdn = "vendor", .nodes = {"gz"}}),
              ElementsAre("spec.nodes: is of no use beside Cdn \"vendor\", which is of kind "
                          "VENDOR; make a check of its own for them"));
  EXPECT_THAT(
      ProblemsOf({.cdn = "vendor", .formats = {"flv", "dash"}}),
      ElementsAre(
          "spec.formats[1]: is none that Cdn \"vendor\" has a pull template for: \"dash\""));
  EXPECT_THAT(
      ProblemsOf({.cdn = "vendor", .role = CdnRole::kPush, .formats = {"rtmp", "srt"}}),
      ElementsAre("spec.formats[1]: is none that Cdn \"vendor\" has a push template for: \"srt\""));
  EXPECT_THAT(ProblemsOf({.cdn = "vendor", .sign_path = true}),
              ElementsAre("spec.sign_path: has no key: Cdn \"vendor\" has no pull_signing"));
  EXPECT_THAT(ProblemsOf({.cdn = "vendor", .type = CheckType::kRtmp}),
              ElementsAre("spec.cdn: names Cdn \"vendor\", which has no pull domain for this type "
                          "of check"));
}

}  // namespace
}  // namespace nearcast::scheduler
