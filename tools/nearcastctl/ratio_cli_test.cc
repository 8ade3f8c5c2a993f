// Ratio, switches and pins: what is asked and what is printed.
#include <string>

#include "gmock/gmock.h"
#include "nearcast/v1/admin.pb.h"
#include "tools/nearcastctl/cli_harness.h"

namespace nearcast::ctl {
namespace {

using ::testing::HasSubstr;

class RatioCli : public CliHarness {};

TEST_F(RatioCli, StatusShowsCdnsAndBudgets) {
  v1::RatioStatus status;
  v1::RatioStatus::CdnStatus* own = status.add_cdns();
  own->set_cdn("own");
  own->set_measured_bits_per_s(7e9);
  own->set_intended_bits_per_s(6e9);
  own->set_assigned_bits_per_s(6e9);
  own->set_correction(0.95);
  own->set_play_standing("usable");
  own->set_push_standing("usable");
  v1::RatioStatus::CdnStatus* vendor = status.add_cdns();
  vendor->set_cdn("vendor-a");
  vendor->set_correction(1);
  vendor->set_spill(0.25);
  vendor->set_play_standing("a last resort: checks find its play domains down");
  vendor->set_play_checks("2 of 3 vantages down: http (status 503)");
  vendor->set_push_standing("usable");
  v1::RatioStatus::PolicyStatus* policy = status.add_policies();
  policy->set_policy("default");
  policy->set_share(0.83);
  policy->set_step(1);
  status.set_sessions(12);
  server_.Answer("GetRatioStatus", status);
  EXPECT_EQ(Run("cdn ratio status"), 0) << err_;
  EXPECT_EQ(
      out_,
      "CDN       MEASURED  INTENDED  ASSIGNED  CORRECTION   SPILL  STANDS\n"
      "own       7 Gbit/s  6 Gbit/s  6 Gbit/s       0.950   0.0 %  usable\n"
      "vendor-a         -         0         0       1.000  25.0 %  a last resort: checks find "
      "its play domains down (2 of 3 vantages down: http (status 503)); push: usable\n"
      "\n"
      "BUDGET OF    USED  STEP\n"
      "default    83.0 %     1\n"
      "\n"
      "12 session(s) remembered, 0 chosen by debt, 0 forgotten\n");
}

v1::RatioProposal Proposal() {
  v1::RatioProposal proposal;
  v1::RatioProposal::Share* share = proposal.add_shares();
  share->set_cdn("own");
  share->set_share_now(0.7);
  share->set_share_proposed(0.8);
  share->set_mbps(800);
  share->set_cost_now(700);
  share->set_cost_proposed(800);
  proposal.set_cost_now(1000);
  proposal.set_cost_proposed(900);
  proposal.add_notes("own is full: its watermark of 800 Mb/s binds");
  v1::Resource* rule = proposal.add_resources();
  rule->set_name("default");
  v1::RatioRule::Weight* weight = rule->mutable_ratio_rule()->add_main();
  weight->set_cdn("own");
  weight->set_weight(800);
  return proposal;
}

TEST_F(RatioCli, ProposalIsShownAndAppliedOnlyWhenToldTo) {
  server_.Answer("ProposeRatio", Proposal());
  server_.Answer("Apply", v1::ApplyResponse());
  EXPECT_EQ(Run("cdn ratio propose --demand-mbps 1000 --step 10 --least 5"), 0) << err_;
  EXPECT_EQ(out_,
            "CDN  SHARE NOW  PROPOSED     CARRIES  COST NOW  PROPOSED\n"
            "own     70.0 %    80.0 %  800 Mbit/s       700       800\n"
            "all          -         -           -      1000       900\n"
            "own is full: its watermark of 800 Mb/s binds\n"
            "rule default: own=800\n");
  const auto asked = server_.Last<v1::ProposeRatioRequest>("ProposeRatio");
  EXPECT_EQ(asked.demand_mbps(), 1000);
  EXPECT_EQ(asked.step_max_percent(), 10);
  EXPECT_EQ(asked.share_min_percent(), 5);
  EXPECT_EQ(server_.Last<v1::ApplyRequest>("Apply").resources_size(), 0);
  EXPECT_EQ(Run("cdn ratio propose --apply --reason cheaper"), 0) << err_;
  const auto applied = server_.Last<v1::ApplyRequest>("Apply");
  ASSERT_EQ(applied.resources_size(), 1);
  EXPECT_EQ(applied.resources(0).ratio_rule().main(0).weight(), 800u);
  EXPECT_EQ(applied.note().reason(), "cheaper");
}

TEST_F(RatioCli, UsageIsSentInBits) {
  server_.Answer("ReportCdnUsage", v1::ReportCdnUsageResponse());
  EXPECT_EQ(Run("cdn usage vendor-a=12.5,vendor-b=0"), 0) << err_;
  const auto sent = server_.Last<v1::ReportCdnUsageRequest>("ReportCdnUsage");
  ASSERT_EQ(sent.usage_size(), 2);
  EXPECT_EQ(sent.usage(0).bits_per_s(), 12.5e9);
  EXPECT_EQ(Run("cdn usage vendor-a"), 2);
  EXPECT_EQ(Run("cdn usage vendor-a=-1"), 2);
  EXPECT_THAT(err_, HasSubstr("is no usage; write CDN=GBPS"));
}

TEST_F(RatioCli, SwitchSaysWhatForWhomAndUntilWhen) {
  server_.Answer("Apply", v1::ApplyResponse());
  EXPECT_EQ(Run("switch set no-h265 --off codec/h265,tier/uhd --device phone* --region "
                "440000,110000 --version-to 8.1 --percent 50 --for 2h --tier hd --priority 3"),
            0)
      << err_;
  const v1::Resource sent = server_.Last<v1::ApplyRequest>("Apply").resources(0);
  EXPECT_EQ(sent.name(), "no-h265");
  const v1::Switch& item = sent.switch_();
  EXPECT_EQ(item.off_size(), 2);
  EXPECT_EQ(item.override().default_tier(), "hd");
  EXPECT_EQ(item.match().devices(0), "phone*");
  EXPECT_EQ(item.match().regions_size(), 2);
  EXPECT_EQ(item.match().app_version_max(), "8.1");
  EXPECT_EQ(item.match().percent(), 50);
  EXPECT_EQ(item.priority(), 3u);
  EXPECT_EQ(item.expire_time().seconds(), 1'767'323'045 + 7200);
  EXPECT_EQ(Run("switch set nothing"), 2);
  EXPECT_EQ(Run("switch set wrong --off tier/uhd --for soon"), 2);
  EXPECT_THAT(err_, HasSubstr("is no time; write 30m, 2h or 1h30m"));
}

TEST_F(RatioCli, SwitchesAreListedAndCleared) {
  v1::ListResourcesResponse list;
  v1::Resource* resource = list.add_resources();
  resource->set_name("leave-a");
  v1::Switch* item = resource->mutable_switch_();
  item->add_off("cdn/vendor-a");
  item->mutable_match()->add_isps("chinaunicom");
  item->mutable_match()->set_percent(50);
  item->mutable_expire_time()->set_seconds(1'767'323'045 + 60);
  v1::Resource* second = list.add_resources();
  second->set_name("sd");
  second->mutable_switch_()->mutable_override()->set_default_tier("sd");
  server_.Answer("ListResources", list);
  EXPECT_EQ(Run("switch list"), 0) << err_;
  EXPECT_EQ(out_,
            "SWITCH   FOR                  DOES              UNTIL\n"
            "leave-a  isp=chinaunicom 50%  cdn/vendor-a off  2026-01-02 03:05:05Z\n"
            "sd       everyone             tier=sd           stays\n");
  server_.Answer("DeleteResource", v1::ApplyResponse());
  EXPECT_EQ(Run("switch clear leave-a"), 0) << err_;
  const auto deleted = server_.Last<v1::DeleteResourceRequest>("DeleteResource");
  EXPECT_EQ(deleted.kind(), "Switch");
  EXPECT_EQ(deleted.name(), "leave-a");
}

TEST_F(RatioCli, QualityIsPinnedForATimeAndUnpinned) {
  server_.Answer("SetDefaultQuality", v1::ApplyResponse());
  EXPECT_EQ(Run("quality pin sd --for 90m"), 0) << err_;
  auto sent = server_.Last<v1::SetDefaultQualityRequest>("SetDefaultQuality");
  EXPECT_TRUE(sent.pin());
  EXPECT_EQ(sent.tier(), "sd");
  EXPECT_EQ(sent.pin_for_s(), 5400u);
  EXPECT_EQ(Run("quality unpin evening"), 0) << err_;
  sent = server_.Last<v1::SetDefaultQualityRequest>("SetDefaultQuality");
  EXPECT_TRUE(sent.pin());
  EXPECT_EQ(sent.tier(), "");
  EXPECT_EQ(sent.policy(), "evening");
}

}  // namespace
}  // namespace nearcast::ctl
