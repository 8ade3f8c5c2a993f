#include "schedulerlib/config/clients.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> ProblemsOf(const ClientPolicy& policy) {
  std::vector<std::string> problems;
  ValidateClientPolicy(policy, [&problems](absl::string_view path, absl::string_view text) {
    problems.push_back(absl::StrCat(path, ": ", text));
  });
  return problems;
}

TEST(ClientsTest, APolicyMustSetSomething) {
  ClientPolicy policy;
  EXPECT_THAT(ProblemsOf(policy),
              ElementsAre("spec: sets nothing; give encoder or decoder settings"));
  policy.decoder.start_buffer_ms = 400;
  EXPECT_THAT(ProblemsOf(policy), IsEmpty());
}

TEST(ClientsTest, EveryMistakeIsToldAtOnce) {
  ClientPolicy policy;
  policy.encoder.profile = "extended";
  policy.encoder.width = 720;
  policy.encoder.fps = 500;
  policy.encoder.gop_ms = 60'001;
  policy.encoder.bitrate_min_bps = 2'000'000;
  policy.encoder.bitrate_max_bps = 1'000'000;
  policy.decoder.start_buffer_ms = 60'001;
  policy.decoder.tier_max = "4k";
  policy.decoder.video = {{}};
  EXPECT_THAT(
      ProblemsOf(policy),
      ElementsAre(
          "spec.encoder.profile: is no profile: \"extended\"; known are baseline, main, high",
          "spec.encoder.width: width and height must be given together",
          "spec.encoder.fps: must be at most 240", "spec.encoder.gop_ms: must be at most 60000",
          "spec.encoder.bitrate_bps: must lie between bitrate_min_bps and bitrate_max_bps",
          "spec.decoder.start_buffer_ms: must be at most 60000",
          "spec.decoder.tier_max: is no tier: \"4k\"; known are origin, uhd, hd, sd, ld, "
          "md, ao",
          "spec.decoder.video[0].codec: is missing: H264 or H265"));
}

}  // namespace
}  // namespace nearcast::scheduler
