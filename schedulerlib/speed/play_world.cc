#include "schedulerlib/speed/play_world.h"

#include <random>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schedulerlib/match/match_world.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

constexpr int kPlaces = 120;
constexpr int kPoints = 20;
constexpr int kOwnEach = 5;

const char* const kIsps[] = {"chinatelecom", "chinaunicom", "chinamobile", "cernet"};

std::string PlaceText(int place) {
  return absl::StrCat("CN/", 110000 + 10000 * (place % 30), "//", kIsps[place / 30]);
}

RatioScope DrawScope(int rule, int streams, std::mt19937& chance) {
  RatioScope scope;
  switch (rule % 4) {
    case 0:
      scope.stream = absl::StrCat("stream-", chance() % streams);
      break;
    case 1:
      scope.publish_point = absl::StrCat("point-", chance() % kPoints);
      scope.region = absl::StrCat(110000 + 10000 * (chance() % 30));
      break;
    case 2:
      scope.isp = kIsps[chance() % 4];
      scope.region = absl::StrCat(110000 + 10000 * (chance() % 30));
      break;
    default:
      scope.publish_point = absl::StrCat("point-", chance() % kPoints);
      scope.isp = kIsps[chance() % 4];
      break;
  }
  return scope;
}

void AddRules(const PlayWorldSize& size, Given& given) {
  std::mt19937 chance(4);
  std::vector<CdnWeight> weights;
  for (int i = 0; i < size.cdns; ++i) {
    weights.push_back({absl::StrCat("cdn-", i), static_cast<uint32_t>(1 + chance() % 50)});
  }
  given.Ratio("default", weights);
  for (int i = 1; i < size.rules; ++i) {
    given.Ratio(absl::StrCat("rule-", i), weights, {}, DrawScope(i, size.streams, chance));
  }
  MatchWorld world(5);
  for (int i = 0; i < size.rules; ++i) {
    given.config().switches.push_back(
        {.name = absl::StrCat("switch-", i), .match = world.DrawRule(), .off = {"format/lls"}});
  }
}

void AddCdns(const PlayWorldSize& size, std::mt19937& chance, Given& given) {
  const int own = (size.cdns + kOwnEach - 1) / kOwnEach;
  for (int i = 0; i < size.cdns; ++i) {
    if (i % kOwnEach != 0) {
      given.Vendor(absl::StrCat("cdn-", i));
      continue;
    }
    given.Own(absl::StrCat("cdn-", i));
    for (int n = 0; n < size.nodes / own; ++n) {
      given.Node(absl::StrCat("node-", i, "-", n), PlaceText(static_cast<int>(chance() % kPlaces)),
                 {absl::StrCat("192.0.", n / 250, ".", n % 250 + 1)});
    }
  }
}

void DrawAsking(const PlayWorldSize& size, std::mt19937& chance, PlayWorld& world) {
  world.streams.resize(size.streams);
  for (int i = 0; i < size.streams; ++i) {
    world.streams[i].name = absl::StrCat("stream-", i);
    world.streams[i].publish_point = absl::StrCat("point-", i % kPoints);
    world.streams[i].state = StreamState::kPublishing;
  }
  MatchWorld askers(6);
  for (int i = 0; i < size.viewers; ++i) {
    Viewer viewer = askers.DrawAsker().viewer;
    viewer.address = Ip(absl::StrCat("10.", chance() % kPlaces, ".", chance() % 256, ".7"));
    viewer.key = absl::StrCat("viewer-", i);
    world.viewers.push_back(std::move(viewer));
  }
}

}  // namespace

PlayWorld DrawPlayWorld(const PlayWorldSize& size) {
  Given given;
  std::mt19937 chance(3);
  AddCdns(size, chance, given);
  for (int i = 0; i < kPlaces; ++i) given.Network(absl::StrCat("10.", i, ".0.0/16"), PlaceText(i));
  for (int i = 0; i < kPoints; ++i) {
    given.Point(absl::StrCat("point-", i), {"cdn-0"}, {"origin", "uhd", "hd", "sd", "ld", "ao"});
    given.Policy("hd", {{4, Tier::kLd}});
  }
  AddRules(size, given);
  PlayWorld world;
  world.snapshot = given.Snapshot();
  DrawAsking(size, chance, world);
  for (const CdnBucket& bucket : world.snapshot->cdn_buckets) {
    world.rates.flows.flows.push_back({.cdn = bucket.hash, .correction = 1.01, .spill = 0.01});
  }
  return world;
}

}  // namespace nearcast::scheduler
