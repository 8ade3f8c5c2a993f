#include "schedulerlib/config/delay_probes.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Problems(const std::vector<DelayProbe>& probes) {
  std::vector<std::string> problems;
  std::map<std::string, std::string> seen;
  for (const DelayProbe& probe : probes) {
    ValidateDelayProbe(probe, seen, [&](absl::string_view path, absl::string_view text) {
      problems.push_back(absl::StrCat(path, ": ", text));
    });
  }
  return problems;
}

TEST(DelayProbesTest, TakesSamplesOrNodesOrBoth) {
  EXPECT_THAT(Problems({{.name = "a", .samples = {{"192.0.2.1"}, {"192.0.2.1:443", Place("SG")}}},
                        {.name = "b", .samples = {{"192.0.2.2"}}, .between_nodes = true},
                        {.name = "c", .samples = {}, .between_nodes = true}}),
              IsEmpty());
}

TEST(DelayProbesTest, TellsEveryMistakeAtOnce) {
  EXPECT_THAT(
      Problems({{.name = "a", .samples = {}},
                {.name = "b", .samples = {{"192.0.2.1"}, {"example.com"}}, .interval_s = 90'000},
                {.name = "c", .samples = {{"192.0.2.1:80", Place("/440000")}}, .tries = 11}}),
      ElementsAre(
          "spec.samples: is empty, and between_nodes is not set; nothing would be measured",
          "spec.samples[1].address: is no address to connect to: \"example.com\"; write it as "
          "192.0.2.1, 192.0.2.1:443 or [2001:db8::1]:443",
          "spec.interval_s: must be 1 to 86400",
          "spec.samples[0].address: is a sample of DelayProbe \"b\" already: 192.0.2.1:80",
          "spec.samples[0].place.country: is empty; a place needs at least its country",
          "spec.tries: must be 1 to 10"));
}

TEST(DelayProbesTest, SamplesHaveABoundOverAllProbes) {
  DelayProbe first{.name = "a"};
  DelayProbe second{.name = "b"};
  for (size_t i = 0; i < kDelaySamplesMax; ++i) {
    first.samples.push_back({.address = absl::StrCat("10.0.", i / 256, ".", i % 256)});
  }
  EXPECT_THAT(Problems({first}), IsEmpty());
  second.samples.push_back({.address = "10.1.0.0"});
  EXPECT_THAT(Problems({first, second}),
              ElementsAre("spec.samples: brings the samples of all probes to more than 10000"));
}

}  // namespace
}  // namespace nearcast::scheduler
