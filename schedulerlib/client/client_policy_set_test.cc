#include "schedulerlib/client/client_policy_set.h"

#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

MatchQuestion Question(absl::string_view os, absl::string_view device = "",
                       uint64_t viewer_key = 0) {
  MatchQuestion question;
  question.text(MatchAttribute::kOs) = os;
  question.text(MatchAttribute::kDevice) = device;
  question.viewer_key = viewer_key;
  return question;
}

ClientPolicy Policy(const std::string& name, uint32_t priority) {
  ClientPolicy policy;
  policy.name = name;
  policy.priority = priority;
  return policy;
}

std::vector<std::string> NamesOf(const ClientSettings& settings) {
  std::vector<std::string> names;
  for (const ClientPolicy* policy : settings.policies) names.push_back(policy->name);
  return names;
}

// Hardware everywhere, software on old systems, and one model that must not use H.265.
ClientPolicySet World() {
  ClientPolicy base = Policy("base", 0);
  base.encoder.video = {ClientCodecName::kH265, Acceleration::kHardware};
  base.encoder.gop_ms = 2000;
  base.encoder.parameters = {{"beauty", "on"}, {"denoise", "on"}};
  base.decoder.video = {{ClientCodecName::kH265, Acceleration::kHardware},
                        {ClientCodecName::kH264, Acceleration::kSoftware}};
  ClientPolicy old = Policy("old", 10);
  old.match.oses = {"android 4*"};
  old.encoder.video.acceleration = Acceleration::kSoftware;
  old.encoder.parameters = {{"beauty", "off"}};
  ClientPolicy model = Policy("model", 20);
  model.match.devices = {"m1"};
  model.encoder.video.codec = ClientCodecName::kH264;
  model.decoder.video = {{ClientCodecName::kH264, Acceleration::kHardware}};
  return ClientPolicySet({base, old, model});
}

TEST(ClientPolicySetTest, EachFieldComesFromTheStrongestPolicyThatSetsIt) {
  const ClientPolicySet world = World();
  const ClientSettings plain = world.SettingsFor(Question("ios 17"));
  EXPECT_EQ(NamesOf(plain), (std::vector<std::string>{"base"}));
  EXPECT_EQ(plain.encoder.video, (ClientCodec{ClientCodecName::kH265, Acceleration::kHardware}));

  const ClientSettings both = world.SettingsFor(Question("android 4.2", "m1"));
  EXPECT_EQ(NamesOf(both), (std::vector<std::string>{"model", "old", "base"}));
  EXPECT_EQ(both.encoder.video, (ClientCodec{ClientCodecName::kH264, Acceleration::kSoftware}));
  EXPECT_EQ(both.encoder.gop_ms, 2000u);
  EXPECT_EQ(both.encoder.parameters.at("beauty"), "off");
  EXPECT_EQ(both.encoder.parameters.at("denoise"), "on");
  ASSERT_EQ(both.decoder.video.size(), 1u);
}

TEST(ClientPolicySetTest, BetweenEqualsTheSmallestNameDecides) {
  ClientPolicy b = Policy("b", 5);
  b.encoder.fps = 30;
  ClientPolicy a = Policy("a", 5);
  a.encoder.fps = 25;
  EXPECT_EQ(ClientPolicySet({b, a}).SettingsFor(Question("")).encoder.fps, 25u);
}

TEST(ClientPolicySetTest, ARolloutKeepsItsDevicesAsItGrows) {
  std::mt19937_64 random(3);
  ClientPolicy policy = Policy("new-codec", 1);
  std::vector<uint64_t> devices(20'000);
  for (uint64_t& device : devices) device = random();
  std::vector<bool> before(devices.size(), false);
  for (const double percent : {5.0, 20.0, 50.0}) {
    policy.match.percent = percent;
    const ClientPolicySet set({policy});
    size_t in = 0;
    for (size_t i = 0; i < devices.size(); ++i) {
      const bool is_in = !set.SettingsFor(Question("", "", devices[i])).policies.empty();
      EXPECT_TRUE(is_in || !before[i]) << "a device fell out at " << percent << " %";
      before[i] = is_in;
      in += is_in;
    }
    EXPECT_NEAR(100.0 * in / devices.size(), percent, 1.0);
  }
}

TEST(ClientPolicySetTest, PoliciesThatAreOffArePassedOver) {
  ClientPolicy strong;
  strong.name = "strong";
  strong.priority = 2;
  strong.decoder.start_buffer_ms = 100;
  ClientPolicy weak;
  weak.name = "weak";
  weak.decoder.start_buffer_ms = 200;
  const ClientPolicySet set({strong, weak});
  EXPECT_EQ(set.SettingsFor({}).decoder.start_buffer_ms, 100u);
  const auto settings =
      set.SettingsFor({}, [](absl::string_view policy) { return policy == "strong"; });
  EXPECT_EQ(settings.decoder.start_buffer_ms, 200u);
  ASSERT_EQ(settings.policies.size(), 1u);
}

TEST(ClientPolicySetTest, NobodyIsForgottenWhenThereAreNoPolicies) {
  const ClientSettings settings = ClientPolicySet().SettingsFor(Question("ios 17"));
  EXPECT_TRUE(settings.policies.empty());
  EXPECT_EQ(settings.encoder, EncoderSettings());
}

}  // namespace
}  // namespace nearcast::scheduler
