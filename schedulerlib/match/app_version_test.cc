#include "schedulerlib/match/app_version.h"

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

TEST(AppVersion, MissingNumbersAreZero) {
  EXPECT_EQ(ParseAppVersion("8.1"), ParseAppVersion("8.1.0.0"));
  EXPECT_EQ(ParseAppVersion("8")->parts[0], 8u);
  EXPECT_EQ(ParseAppVersion("4294967295.0"), (AppVersion{{UINT32_MAX, 0, 0, 0}}));
}

TEST(AppVersion, ComparesAsNumbersAndNotAsText) {
  const char* ascending[] = {"0", "7.9.9.9", "8", "8.0.1", "8.2", "8.10", "10", "10.0.0.1"};
  for (size_t i = 1; i < std::size(ascending); ++i) {
    EXPECT_LT(*ParseAppVersion(ascending[i - 1]), *ParseAppVersion(ascending[i])) << ascending[i];
  }
  EXPECT_LT(*ParseAppVersion("4294967295"), kAppVersionMax);
}

TEST(AppVersion, OtherTextsAreNone) {
  for (const char* text : {"", ".", "8.", ".8", "8..1", "8.1.0.0.0", "8.1-beta", "v8", " 8", "8 ",
                           "-1", "4294967296"}) {
    EXPECT_EQ(ParseAppVersion(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace nearcast::scheduler
