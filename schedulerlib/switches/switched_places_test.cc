#include "schedulerlib/switches/switched_places.h"

#include <cmath>
#include <iostream>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ipdb/prefix_table_builder.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Random = std::mt19937;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

// Nodes 0 to 4 are of CDN 0, nodes 5 to 9 of CDN 1; CDN 2 is a vendor's.
SwitchBoard::Names Names() {
  return {.cdn = [](absl::string_view name) -> std::optional<CdnIndex> {
            return CdnIndex(static_cast<uint32_t>(name.back() - '0'));
          },
          .node = [](absl::string_view name) -> std::optional<NodeIndex> {
            return NodeIndex(static_cast<uint32_t>(name.back() - '0'));
          }};
}

// 10.1/16 is Guangdong Telecom, 10.2/16 Guangdong Unicom, 10.3/16 Beijing Unicom, the rest unknown.
std::shared_ptr<const ClientTable> Clients() {
  ipdb::PrefixTableBuilder builder;
  builder.Add(*ipdb::ParseIpPrefix("10.1.0.0/16"), {"CN", "440000", "", "chinatelecom"});
  builder.Add(*ipdb::ParseIpPrefix("10.2.0.0/16"), {"CN", "440000", "", "chinaunicom"});
  builder.Add(*ipdb::ParseIpPrefix("10.3.0.0/16"), {"CN", "110000", "", "chinaunicom"});
  return std::make_shared<const ClientTable>(
      std::make_shared<const ipdb::PrefixTable>(builder.Build()));
}

class SwitchedPlacesTest : public ::testing::Test {
 protected:
  void Build(std::vector<Switch> switches, absl::Time now = kNow) {
    board_ = SwitchBoard(switches, Names());
    input_.board = &board_;
    input_.clients = Clients();
    input_.is_answered = {true, true, false};
    input_.cdn_of_node.clear();
    for (uint32_t i = 0; i < 10; ++i) input_.cdn_of_node.push_back(CdnIndex(i / 5));
    places_ = std::make_unique<SwitchedPlaces>(input_, FindNameSwitches(input_, now));
  }

  std::vector<std::string> Reaching() const {
    std::vector<std::string> names;
    for (const uint32_t at : places_->switches()) names.push_back(board_.switches()[at].spec.name);
    return names;
  }

  static ipdb::IpAddress Ip(absl::string_view text) { return *ipdb::ParseIpAddress(text); }

  uint32_t CellOf(const ipdb::IpAddress& client) const {
    return input_.clients->Find(client).cell.value();
  }

  std::vector<std::string> AppliedTo(const ipdb::IpAddress& client) const {
    std::vector<std::string> names;
    for (const uint32_t at : places_->AppliedTo(CellOf(client), client)) {
      names.push_back(board_.switches()[at].spec.name);
    }
    return names;
  }

  // "3 7": the nodes that are off for a client.
  std::string OffFor(const ipdb::IpAddress& client) const {
    std::string text;
    const uint32_t cell = places_->PartOf(CellOf(client), client);
    for (uint32_t node = 0; node < 10; ++node) {
      const OffTable* const off = places_->OffOf(CdnIndex(node / 5));
      if (off == nullptr || !off->Of(cell).Has(NodeIndex(node))) continue;
      absl::StrAppend(&text, text.empty() ? "" : " ", node);
    }
    return text;
  }
  std::string OffFor(absl::string_view client) const { return OffFor(Ip(client)); }

  SwitchBoard board_;
  SwitchedPlacesInput input_;
  std::unique_ptr<const SwitchedPlaces> places_;
};

TEST_F(SwitchedPlacesTest, AMatchThatNeedsMoreThanThePlaceDoesNotReachNames) {
  const auto off = [](std::string name, RuleMatch match) {
    return Switch{.name = std::move(name), .match = std::move(match), .off = {"node/1"}};
  };
  Build({off("app", {.apps = {"a"}}), off("version", {.app_version_max = "8"}),
         off("device", {.devices = {"d"}}), off("stream", {.streams = {"s"}}),
         off("point", {.publish_points = {"p"}}), off("grade", {.grade_max = 3}),
         off("os", {.oses = {"o"}}), off("network", {.networks = {"n"}}),
         off("class", {.viewer_classes = {"c"}}), off("both", {.apps = {"a"}, .regions = {"1"}}),
         off("all", {}), off("country", {.countries = {"CN"}}), off("region", {.regions = {"44*"}}),
         off("isp", {.isps = {"x"}}), off("percent", {.percent = 10})});
  EXPECT_THAT(Reaching(), ElementsAre("all", "country", "isp", "percent", "region"));
}

TEST_F(SwitchedPlacesTest, WhatTurnsOffNothingThatNamesAnswerDoesNotReachThem) {
  Build({{.name = "tier", .off = {"tier/hd"}},
         {.name = "vendor", .off = {"cdn/2"}},
         {.name = "own", .off = {"cdn/1"}},
         {.name = "set", .set = {.main_cdn = "0"}},
         {.name = "gone", .off = {"node/1"}, .expire_at = kNow},
         {.name = "soon", .off = {"node/1"}, .expire_at = kNow + absl::Seconds(9)},
         {.name = "never", .off = {"node/1"}, .disabled = true}});
  EXPECT_THAT(Reaching(), ElementsAre("own", "soon"));
  EXPECT_EQ(places_->expire_at(), kNow + absl::Seconds(9));
}

TEST_F(SwitchedPlacesTest, NodesAndCdnsAreOffWhereTheMatchHolds) {
  Build({{.name = "a", .match = {.regions = {"440000"}}, .off = {"node/1", "node/6"}},
         {.name = "b", .match = {.isps = {"chinaunicom"}}, .off = {"cdn/1", "node/2"}},
         {.name = "c", .match = {.countries = {"*"}}, .off = {"node/3"}}});
  EXPECT_EQ(OffFor("10.1.0.1"), "1 3 6");
  EXPECT_EQ(OffFor("10.2.0.1"), "1 2 3 5 6 7 8 9");
  EXPECT_EQ(OffFor("10.3.0.1"), "2 3 5 6 7 8 9");
  EXPECT_EQ(OffFor("192.0.2.1"), "") << "what is not known of a client matches nothing";
  EXPECT_THAT(AppliedTo(Ip("10.2.0.1")), ElementsAre("a", "b", "c"));
  EXPECT_THAT(AppliedTo(Ip("192.0.2.1")), IsEmpty());
  EXPECT_EQ(places_->divisions(), nullptr);
  EXPECT_EQ(places_->clients(), input_.clients);
}

TEST_F(SwitchedPlacesTest, ASharesNetworksAreRightToATenthOfAPercentAndStable) {
  for (const double percent : {0.01, 1.0, 10.0, 50.0, 99.99}) {
    Build({{.name = "x",
            .match = {.isps = {"chinatelecom"}, .percent = percent},
            .off = {"node/1"}}});
    size_t slots = 0;
    size_t networks = 0;
    const DividedCell& cell = places_->divisions()->cells.at(0);
    const Division& division = places_->divisions()->divisions.at(cell.division);
    const OffTable& off = *places_->OffOf(CdnIndex(0));
    for (const uint8_t part : division.part_of_slot) {
      slots += off.Of(cell.CellOfPart(part)).empty() ? 0 : 1;
    }
    for (uint32_t i = 0; i < 256; ++i) {
      const std::string network = absl::StrCat("10.1.", i, ".");
      const std::string word = OffFor(absl::StrCat(network, "1"));
      EXPECT_EQ(OffFor(absl::StrCat(network, "254")), word) << "a network is in or out as a whole";
      EXPECT_EQ(OffFor(absl::StrCat("10.3.", i, ".1")), "") << "of others nobody is";
      networks += word.empty() ? 0 : 1;
    }
    EXPECT_NEAR(100.0 * slots / kShareSlots, percent, 0.1);
    EXPECT_GE(slots, 1u);
    EXPECT_LT(slots, kShareSlots);
    std::cout << percent << " %: " << slots << " slots, " << networks << " of 256 networks\n";
    // Five standard deviations of a draw.
    EXPECT_NEAR(networks, 2.56 * percent, 5 * std::sqrt(256 * percent / 100) + 1);
  }
}

TEST_F(SwitchedPlacesTest, AGreaterShareHasEverySmallerOneOfTheSameSaltAndOtherSaltsDrawOthers) {
  Build({{.name = "a", .match = {.percent = 10, .percent_salt = "s"}, .off = {"node/1"}},
         {.name = "b", .match = {.percent = 30, .percent_salt = "s"}, .off = {"node/2"}},
         {.name = "c", .match = {.percent = 30}, .off = {"node/3"}}});
  std::set<std::string> seen;
  for (uint32_t i = 0; i < 65536; i += 64) {
    seen.insert(OffFor(ipdb::IpAddress::FromV4(0x0a000000 + (i << 8))));
  }
  EXPECT_THAT(seen, ElementsAre("", "1 2", "1 2 3", "2", "2 3", "3"));
}

TEST_F(SwitchedPlacesTest, PercentagesThatMakeTooManyPartsAreRefusedByPriority) {
  std::vector<Switch> switches;
  for (uint32_t i = 0; i < 7; ++i) {
    switches.push_back({.name = absl::StrCat("s", i),
                        .match = {.isps = {"chinatelecom"}, .percent = 50},
                        .off = {absl::StrCat("node/", i)},
                        .priority = 10 - i});
  }
  switches.push_back({.name = "all", .off = {"node/9"}});
  Build(switches);
  const uint32_t telecom = CellOf(Ip("10.1.0.1"));
  EXPECT_THAT(places_->RefusedAt(telecom), ElementsAre(5u, 6u));
  EXPECT_EQ(places_->refused_cells(), 1u);
  EXPECT_EQ(places_->divisions()->cells.at(0).parts, 32u);
  bool some_is_off = false;
  for (uint32_t i = 0; i < 256; ++i) {
    const std::string off = OffFor(absl::StrCat("10.1.", i, ".1"));
    EXPECT_EQ(off.find('5'), off.npos);
    EXPECT_EQ(off.find('6'), off.npos);
    EXPECT_NE(off.find('9'), off.npos);
    some_is_off |= off.size() > 1;
  }
  EXPECT_TRUE(some_is_off);
  EXPECT_EQ(OffFor("10.2.0.1"), "9");
}

TEST_F(SwitchedPlacesTest, AShareThatChangesNothingDividesNothing) {
  Build({{.name = "a", .off = {"node/1"}},
         {.name = "b", .match = {.percent = 50}, .off = {"node/1"}}});
  EXPECT_EQ(places_->divisions(), nullptr);
  EXPECT_EQ(OffFor("10.1.0.1"), "1");
}

// Random switches, held against each switch alone.
TEST_F(SwitchedPlacesTest, TogetherTheyAreTheUnionOfEachAlone) {
  Random random(7);
  const std::vector<std::string> regions = {"440000", "110000", "44*", "*"};
  const std::vector<std::string> isps = {"chinaunicom", "chinatelecom", "china*"};
  for (int round = 0; round < 60; ++round) {
    std::vector<Switch> switches;
    for (uint32_t i = 0; i < 1 + random() % 5; ++i) {
      Switch& item = switches.emplace_back();
      item.name = absl::StrCat("s", i);
      item.priority = random() % 3;
      if (random() % 2 == 0) item.match.regions = {regions[random() % regions.size()]};
      if (random() % 2 == 0) item.match.isps = {isps[random() % isps.size()]};
      if (random() % 2 == 0) item.match.percent = 1 + random() % 99;
      item.off = {random() % 4 == 0 ? absl::StrCat("cdn/", random() % 3)
                                    : absl::StrCat("node/", random() % 10)};
    }
    std::vector<std::set<std::string>> expected(200);
    std::vector<ipdb::IpAddress> clients;
    for (size_t i = 0; i < expected.size(); ++i) {
      clients.push_back(
          ipdb::IpAddress::FromV4(0x0a000000 | ((random() % 5) << 16) | (random() & 0xffff)));
    }
    for (const Switch& item : switches) {
      Build({item});
      for (size_t i = 0; i < clients.size(); ++i) {
        const std::string off = OffFor(clients[i]);
        for (const char node : off) {
          if (node != ' ') expected[i].insert(std::string(1, node));
        }
        ASSERT_EQ(AppliedTo(clients[i]).empty(), off.empty());
      }
    }
    Build(switches);
    for (size_t i = 0; i < clients.size(); ++i) {
      std::set<std::string> is;
      for (const char node : OffFor(clients[i])) {
        if (node != ' ') is.insert(std::string(1, node));
      }
      ASSERT_EQ(is, expected[i]) << clients[i];
    }
  }
}

}  // namespace
}  // namespace nearcast::scheduler
