#include "services/admin/alias_steps.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/notification.h"
#include "base/clock.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"
#include "services/upstream/client_subnet.h"
#include "services/upstream/fake_upstream.h"

namespace nearcast {
namespace {

using upstream::FakeQuery;
using upstream::FakeReply;
using upstream::FakeUpstream;
using upstream::RecordType;
using upstream::Upstream;

constexpr char kAlias[] = "live.vendor.example";
constexpr char kBegin[] = "alias live.vendor.example: DNS answers with it; ";

class AliasStepsTest : public ::testing::Test {
 protected:
  AliasStepsTest()
      : server_([](const FakeQuery& query) {
          if (query.type != static_cast<uint16_t>(RecordType::kA)) return FakeReply{.rcode = 2};
          return FakeReply{.records = {"live.vendor.example 60 A 192.0.2.9"}, .scope_bits = 16};
        }),
        snapshot_(scheduler::Given()
                      .Own("own")
                      .Node("gz", "CN/440000/440100/chinatelecom")
                      .Network("14.215.0.0/16", "CN/440000/440100/chinatelecom")
                      .ScheduledName("pull", "own")
                      .Snapshot()) {
    upstream::UpstreamOptions options;
    options.servers.servers = {server_.address()};
    upstream_ = Upstream::Start(options, Clock::System()).value();
  }

  std::string Steps(absl::string_view client, const Upstream* upstream,
                    absl::string_view alias = kAlias) {
    return absl::StrJoin(AliasSteps(*snapshot_, alias, scheduler::Ip(client), upstream), "\n");
  }

  // Has both families asked for.
  void Ask(absl::string_view client) {
    const auto subnet = upstream::ChooseSubnet(scheduler::Ip(client), *snapshot_->places);
    absl::Notification done;
    upstream_->Await({{kAlias, RecordType::kA, subnet}, {kAlias, RecordType::kAaaa, subnet}},
                     absl::Seconds(30), [&done] { done.Notify(); });
    done.WaitForNotification();
  }

  FakeUpstream server_;
  std::shared_ptr<const scheduler::Snapshot> snapshot_;
  std::unique_ptr<Upstream> upstream_;
};

TEST_F(AliasStepsTest, TellsTheSubnetAndWhatIsKnown) {
  EXPECT_EQ(Steps("14.215.177.39", upstream_.get()),
            absl::StrCat(kBegin,
                         "HTTPDNS asks upstream, for clients in 14.215.0.0/16\n"
                         "of upstream is known: A not asked yet; AAAA not asked yet"));
  Ask("14.215.177.39");
  const std::string known = Steps("14.215.1.1", upstream_.get());
  EXPECT_TRUE(absl::StrContains(known, "of upstream is known: A 192.0.2.9 for ")) << known;
  EXPECT_TRUE(absl::StrContains(known, "; AAAA asked in vain just now")) << known;
}

TEST_F(AliasStepsTest, TellsNothingOfPrivateClients) {
  EXPECT_EQ(Steps("10.0.0.1", upstream_.get()),
            absl::StrCat(kBegin,
                         "HTTPDNS asks upstream, saying nothing of the client (its address is "
                         "private)\nof upstream is known: A not asked yet; AAAA not asked yet"));
}

TEST_F(AliasStepsTest, TellsThatOurOwnNamesAreDecidedHere) {
  EXPECT_EQ(Steps("14.215.177.39", upstream_.get(), "pull.live.example"),
            "alias pull.live.example: DNS answers with it; it is a scheduled name itself, so "
            "HTTPDNS decides it here");
}

TEST_F(AliasStepsTest, TellsThatNobodyIsAsked) {
  EXPECT_EQ(Steps("14.215.177.39", nullptr),
            absl::StrCat(kBegin, "HTTPDNS too, for nearcastd has no upstream to ask (--upstream)"));
}

TEST_F(AliasStepsTest, CountsAsNoSearch) {
  Steps("14.215.177.39", upstream_.get());
  const upstream::UpstreamTotals totals = upstream_->totals();
  EXPECT_EQ(totals.missing + totals.fresh + totals.stale + totals.failed, 0u);
}

}  // namespace
}  // namespace nearcast
