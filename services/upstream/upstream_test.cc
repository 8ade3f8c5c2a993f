// Upstream against scripted name servers on loopback. Time is the test's own, but for c-ares's
// timeouts; nothing waits blindly.
#include "services/upstream/upstream.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/fake_clock.h"
#include "ipdb/ip_address.h"
#include "ipdb/ip_prefix.h"
#include "services/http/metrics_page.h"
#include "services/upstream/fake_upstream.h"
#include "services/upstream/upstream_metrics.h"

namespace nearcast::upstream {
namespace {

constexpr char kName[] = "www.vendor.example";

// 192.0.2.1 for 14.0.0.0/8, 192.0.2.2 for the rest, each for the block that was asked.
FakeReply SayByPlace(const FakeQuery& query) {
  const bool south = absl::StartsWith(query.subnet, "14.");
  const uint8_t bits = query.subnet.empty() ? 0 : (*ipdb::ParseIpPrefix(query.subnet)).length_bits;
  return {.records = {absl::StrCat(query.name, " 60 A 192.0.2.", south ? 1 : 2)},
          .scope_bits = bits};
}

class UpstreamTest : public ::testing::Test {
 protected:
  void Serve(FakeUpstream::Script script, uint16_t port = 0) {
    server_ = std::make_unique<FakeUpstream>(std::move(script), port);
  }
  void Start(UpstreamOptions options = {}) {
    options.servers.servers = {server_->address()};
    options.servers.timeout = timeout_;
    auto started = Upstream::Start(options, &clock_);
    ASSERT_TRUE(started.ok()) << started.status();
    upstream_ = *std::move(started);
  }

  static Question Of(const std::string& subnet, const std::string& name = kName) {
    return {name, RecordType::kA, *ipdb::ParseIpPrefix(subnet)};
  }

  static std::string Text(const Found& found) {
    static constexpr const char* kNames[] = {"missing", "fresh", "expired", "failed"};
    std::string text = kNames[static_cast<int>(found.freshness)];
    if (found.answer == nullptr) return text;
    absl::StrAppend(&text, " ", found.ttl_s);
    for (const auto& address : found.answer->ipv4) {
      absl::StrAppend(&text, " ", ipdb::IpAddress::FromV4Bytes(address).ToString());
    }
    return text;
  }

  std::string Find(const std::string& subnet, const std::string& name = kName) {
    return Text(upstream_->Find(name, RecordType::kA, *ipdb::ParseIpPrefix(subnet)));
  }

  // Waits until it is settled, then says what there is.
  std::string Resolve(const std::string& subnet, const std::string& name = kName) {
    absl::Notification done;
    upstream_->Await({Of(subnet, name)}, absl::Hours(1), [&done] { done.Notify(); });
    EXPECT_TRUE(done.WaitForNotificationWithTimeout(absl::Seconds(20)));
    return Text(upstream_->FindAnyway(name, RecordType::kA, *ipdb::ParseIpPrefix(subnet)));
  }

  // Until Find says so, for at most ten seconds.
  bool AwaitFound(const std::string& subnet, const std::string& text) {
    for (int i = 0; i < 1000; ++i) {
      if (Find(subnet) == text) return true;
      absl::SleepFor(absl::Milliseconds(10));
    }
    return false;
  }

  FakeClock clock_{absl::FromUnixSeconds(1700000000)};
  absl::Duration timeout_ = absl::Seconds(10);  // c-ares's own, in real time
  std::unique_ptr<FakeUpstream> server_;
  std::unique_ptr<Upstream> upstream_;
};

TEST_F(UpstreamTest, AsksWithTheSubnetAndKeepsTheAnswerForIt) {
  Serve(&SayByPlace);
  Start();
  EXPECT_EQ(Find("14.215.0.0/16"), "missing");
  EXPECT_EQ(Resolve("14.215.0.0/16"), "fresh 60 192.0.2.1");
  EXPECT_EQ(Resolve("202.96.0.0/20"), "fresh 60 192.0.2.2");
  clock_.Advance(absl::Seconds(10));
  EXPECT_EQ(Find("14.215.0.0/16"), "fresh 50 192.0.2.1");
  EXPECT_EQ(Find("14.215.9.0/24"), "fresh 50 192.0.2.1");
  EXPECT_EQ(Find("14.216.0.0/16"), "missing");
  EXPECT_EQ(server_->queries(), (std::vector<std::string>{"www.vendor.example A 14.215.0.0/16",
                                                          "www.vendor.example A 202.96.0.0/20"}));
  EXPECT_EQ(upstream_->lookups().answered.Get(), 2u);
}

TEST_F(UpstreamTest, OneQuestionIsSentForAllThatWait) {
  absl::Notification may_answer;
  Serve([&](const FakeQuery& query) {
    may_answer.WaitForNotification();
    return SayByPlace(query);
  });
  Start();
  std::atomic<int> done = 0;
  for (int i = 0; i < 100; ++i) {
    upstream_->Await({Of("14.215.0.0/16")}, absl::Hours(1), [&done] { ++done; });
  }
  ASSERT_TRUE(server_->AwaitQueries(1));
  EXPECT_EQ(done, 0);
  may_answer.Notify();
  EXPECT_EQ(Resolve("14.215.0.0/16"), "fresh 60 192.0.2.1");
  EXPECT_EQ(done, 100);
  EXPECT_EQ(upstream_->lookups().started.Get(), 1u);
}

TEST_F(UpstreamTest, RefreshesAheadOfExpiry) {
  std::atomic<int> octet = 1;
  Serve([&](const FakeQuery& query) {
    return FakeReply{.records = {absl::StrCat(query.name, " 60 A 192.0.2.", octet.load())}};
  });
  Start();
  EXPECT_EQ(Resolve("14.215.0.0/16"), "fresh 60 192.0.2.1");
  octet = 2;
  clock_.Advance(absl::Seconds(55));  // past 90 %; it has been asked for
  ASSERT_TRUE(server_->AwaitQueries(2));
  EXPECT_TRUE(AwaitFound("14.215.0.0/16", "fresh 60 192.0.2.2"));
  EXPECT_EQ(upstream_->totals().refreshes, 1u);
}

TEST_F(UpstreamTest, ServesStaleWhileUpstreamIsGoneAndFreshWhenItIsBack) {
  Serve(&SayByPlace);
  Start();
  const uint16_t port = server_->port();
  EXPECT_EQ(Resolve("14.215.0.0/16"), "fresh 60 192.0.2.1");
  server_.reset();
  clock_.Advance(absl::Seconds(100));
  EXPECT_EQ(Find("14.215.0.0/16"), "expired 30 192.0.2.1");
  EXPECT_EQ(Resolve("14.215.0.0/16"), "expired 30 192.0.2.1");
  EXPECT_FALSE(upstream_->Find(kName, RecordType::kA, Of("14.215.0.0/16").subnet).should_ask);
  clock_.Advance(absl::Seconds(31));
  EXPECT_TRUE(upstream_->Find(kName, RecordType::kA, Of("14.215.0.0/16").subnet).should_ask);
  Serve(&SayByPlace, port);
  EXPECT_EQ(Resolve("14.215.0.0/16"), "fresh 60 192.0.2.1");
  server_.reset();
  clock_.Advance(absl::Hours(25));
  EXPECT_EQ(Resolve("14.215.0.0/16"), "failed");
}

TEST_F(UpstreamTest, ASilentUpstreamFailsAndIsLeftAloneForAMoment) {
  Serve([](const FakeQuery&) { return FakeReply{.silent = true}; });
  timeout_ = absl::Milliseconds(50);
  Start();
  EXPECT_EQ(Resolve("14.215.0.0/16"), "failed");
  EXPECT_EQ(server_->query_count(), 2u);  // c-ares tries twice
  EXPECT_EQ(Resolve("14.215.0.0/16"), "failed");
  EXPECT_EQ(server_->query_count(), 2u);
  EXPECT_EQ(upstream_->lookups().silences.Get(), 1u);
}

TEST_F(UpstreamTest, PatienceEndsAWaitAndTheAnswerStillCounts) {
  absl::Notification may_answer;
  Serve([&](const FakeQuery& query) {
    may_answer.WaitForNotification();
    return SayByPlace(query);
  });
  Start();
  absl::Notification done;
  upstream_->Await({Of("14.215.0.0/16")}, absl::Seconds(3), [&done] { done.Notify(); });
  ASSERT_TRUE(server_->AwaitQueries(1));
  EXPECT_FALSE(done.HasBeenNotified());
  clock_.Advance(absl::Seconds(3));
  EXPECT_TRUE(done.WaitForNotificationWithTimeout(absl::Seconds(10)));
  EXPECT_EQ(upstream_->totals().waits_over, 1u);
  may_answer.Notify();
  EXPECT_EQ(Resolve("14.215.0.0/16"), "fresh 60 192.0.2.1");
}

TEST_F(UpstreamTest, CutRepliesAreAskedForOverTcp) {
  Serve([](const FakeQuery& query) {
    if (query.carrier == Carrier::kUdp) return FakeReply{.truncated = true};
    return SayByPlace(query);
  });
  Start();
  EXPECT_EQ(Resolve("14.215.0.0/16"), "fresh 60 192.0.2.1");
  EXPECT_EQ(upstream_->lookups().over_tcp.Get(), 1u);
}

// Not every server cuts what is longer than it was told.
TEST_F(UpstreamTest, AReplyThatIsTooLongIsAskedForOverTcp) {
  Serve([](const FakeQuery& query) {
    FakeReply reply = SayByPlace(query);
    for (int i = 0; i < 25; ++i) {
      reply.records.push_back(absl::StrCat("other-", i, ".vendor.example 60 A 192.0.2.9"));
    }
    return reply;
  });
  Start();
  EXPECT_EQ(Resolve("14.215.0.0/16"), "fresh 60 192.0.2.1");
  EXPECT_EQ(upstream_->lookups().over_tcp.Get(), 1u);
}

TEST_F(UpstreamTest, ServersThatDoNotKnowEdnsAreAskedWithout) {
  Serve([](const FakeQuery& query) {
    if (!query.has_edns) return SayByPlace(query);
    FakeQuery plain = query;
    plain.has_edns = query.name != kName;  // such servers have no OPT record in their replies
    return FakeReply{.raw = {BuildReply(plain, {.rcode = 1})}};
  });
  Start();
  EXPECT_EQ(Resolve("14.215.0.0/16"), "fresh 60 192.0.2.2");
  EXPECT_EQ(Resolve("14.215.0.0/16", "other.example"), "fresh 60 192.0.2.2");
  EXPECT_EQ(Find("99.0.0.0/24"), "fresh 60 192.0.2.2");  // nobody's in particular
}

TEST_F(UpstreamTest, FollowsAliasesFromMessageToMessage) {
  Serve([](const FakeQuery& query) {
    if (query.name == kName) {
      return FakeReply{.records = {"www.vendor.example 40 CNAME a.cdn.example"}, .scope_bits = 16};
    }
    if (query.name == "a.cdn.example") {
      return FakeReply{.records = {"a.cdn.example 50 CNAME b.cdn.example"}, .scope_bits = 0};
    }
    return FakeReply{.records = {"b.cdn.example 60 A 192.0.2.7"}, .scope_bits = 8};
  });
  Start();
  EXPECT_EQ(Resolve("14.215.0.0/16"), "fresh 40 192.0.2.7");
  EXPECT_EQ(Find("14.214.0.0/16"), "missing");  // the longest scope of the three counts
  EXPECT_EQ(upstream_->lookups().aliases.Get(), 2u);
}

TEST_F(UpstreamTest, AnEndlessChainFails) {
  Serve([](const FakeQuery& query) {
    return FakeReply{.records = {absl::StrCat(query.name, " 60 CNAME x", query.name)}};
  });
  Start();
  EXPECT_EQ(Resolve("14.215.0.0/16"), "failed");
  EXPECT_EQ(server_->query_count(), 1u + Lookups::kHopsMax);
}

TEST_F(UpstreamTest, RemembersThatThereIsNothing) {
  Serve([](const FakeQuery& query) {
    return FakeReply{.rcode = static_cast<uint8_t>(query.name == kName ? 3 : 0),
                     .authority = {"vendor.example 900 SOA 30"}};
  });
  Start();
  EXPECT_EQ(Resolve("14.215.0.0/16"), "fresh 30");
  EXPECT_EQ(Resolve("14.215.0.0/16", "v6only.vendor.example"), "fresh 30");
  EXPECT_EQ(upstream_->Find(kName, RecordType::kA, Of("14.215.0.0/16").subnet).answer->kind,
            Answer::Kind::kNoName);
}

TEST_F(UpstreamTest, ServerFailuresAreFailures) {
  Serve([](const FakeQuery& query) {
    return FakeReply{.rcode = static_cast<uint8_t>(query.name == kName ? 2 : 5)};
  });
  Start();
  EXPECT_EQ(Resolve("14.215.0.0/16"), "failed");
  EXPECT_EQ(Resolve("14.215.0.0/16", "refused.example"), "failed");
  EXPECT_EQ(upstream_->lookups().server_failures.Get(), 2u);
}

TEST_F(UpstreamTest, WaitsPastGarbageAndForeignReplies) {
  Serve([](const FakeQuery& query) {
    const std::vector<uint8_t> right = BuildReply(query, SayByPlace(query));
    std::vector<uint8_t> other_id = right;
    other_id[0] ^= 0x55;
    FakeQuery other = query;
    other.bytes[13] = 'q';
    const std::vector<uint8_t> other_name =
        BuildReply(other, {.records = {"qww.vendor.example 60 A 192.0.2.66"}});
    return FakeReply{.raw = {{}, {1, 2, 3}, other_id, other_name, right}};
  });
  Start();
  EXPECT_EQ(Resolve("14.215.0.0/16"), "fresh 60 192.0.2.1");
  EXPECT_EQ(server_->query_count(), 1u);
}

TEST_F(UpstreamTest, AReplyInOtherLettersIsAskedForOverTcp) {
  Serve([](const FakeQuery& query) {
    FakeQuery other = query;
    for (size_t i = 12; i < other.bytes.size() && other.bytes[i] != 0; ++i) {
      if (other.bytes[i] >= 'A' && other.bytes[i] <= 'Z') other.bytes[i] |= 0x20;
    }
    FakeReply reply{.records = {absl::StrCat(query.name, " 60 A 192.0.2.",
                                             query.carrier == Carrier::kUdp ? 66 : 1)}};
    return FakeReply{.raw = {BuildReply(other, reply)}};
  });
  Start();
  EXPECT_EQ(Resolve("14.215.0.0/16"), "fresh 60 192.0.2.1");
}

TEST_F(UpstreamTest, TheAnswerForAnotherSubnetIsDropped) {
  Serve([](const FakeQuery& query) {
    FakeQuery other = query;
    other.subnet = "99.0.0.0/16";
    return FakeReply{.raw = {BuildReply(other, SayByPlace(query))}};
  });
  Start();
  EXPECT_EQ(Resolve("14.215.0.0/16"), "failed");
  EXPECT_EQ(upstream_->lookups().wrong_subnets.Get(), 1u);
}

TEST_F(UpstreamTest, AFloodOfNamesIsBounded) {
  Serve([](const FakeQuery&) { return FakeReply{.silent = true}; });
  timeout_ = absl::Milliseconds(50);
  Start({.cache = {.entries_max = 50}, .in_flight_max = 10, .waits_max = 100});
  std::atomic<int> done = 0;
  constexpr int kFlood = 1000;
  for (int i = 0; i < kFlood; ++i) {
    const Admitted admitted =
        upstream_->Await({Of("14.215.0.0/16", absl::StrCat("n", i, ".vendor.example"))},
                         absl::Hours(1), [&done] { ++done; });
    if (admitted == Admitted::kNo) ++done;
    EXPECT_LE(upstream_->totals().in_flight, 10u);
  }
  for (int i = 0; i < 1000 && done < kFlood; ++i) absl::SleepFor(absl::Milliseconds(10));
  EXPECT_EQ(done, kFlood);
  EXPECT_LE(upstream_->totals().entries, 50u);
  const uint64_t turned_away =
      upstream_->lookups().refused.Get() + upstream_->totals().waits_refused;
  EXPECT_EQ(upstream_->lookups().started.Get() + turned_away, static_cast<uint64_t>(kFlood));
  EXPECT_GT(turned_away, 0u);
}

TEST_F(UpstreamTest, TheNextServerIsAskedWhenOneIsGone) {
  Serve(&SayByPlace);
  const std::string gone = server_->address();
  server_.reset();
  Serve(&SayByPlace);
  UpstreamOptions options;
  options.servers = {.servers = {gone, server_->address()}, .timeout = absl::Milliseconds(100)};
  upstream_ = *Upstream::Start(options, &clock_);
  EXPECT_EQ(Resolve("14.215.0.0/16"), "fresh 60 192.0.2.1");
}

TEST_F(UpstreamTest, TellsWhatItCounts) {
  Serve(&SayByPlace);
  Start();
  Find("14.215.0.0/16");
  Resolve("14.215.0.0/16");
  http::MetricsWriter out;
  AddUpstreamMetrics(*upstream_, out);
  const std::string text = out.Finish();
  for (const char* line : {"nearcast_upstream_finds_total{result=\"missing\"} 1\n",
                           "nearcast_upstream_finds_total{result=\"fresh\"} 1\n",
                           "nearcast_upstream_lookups_total{result=\"answered\"} 1\n",
                           "nearcast_upstream_messages_total 1\n",
                           "nearcast_upstream_waits_total 1\n", "nearcast_upstream_answers 1\n"}) {
    EXPECT_TRUE(absl::StrContains(text, line)) << line << text;
  }
}

TEST_F(UpstreamTest, StopsWhileOthersWait) {
  Serve([](const FakeQuery&) { return FakeReply{.silent = true}; });
  timeout_ = absl::Milliseconds(50);
  Start();
  upstream_->Await({Of("14.215.0.0/16")}, absl::Hours(1), [] { ADD_FAILURE(); });
  ASSERT_TRUE(server_->AwaitQueries(1));
  upstream_.reset();
}

TEST(UpstreamServersTest, SaysHowToWriteServers) {
  FakeClock clock(absl::FromUnixSeconds(1700000000));
  UpstreamOptions options;
  options.servers.servers = {"dns.example"};
  const auto started = Upstream::Start(options, &clock);
  ASSERT_FALSE(started.ok());
  EXPECT_TRUE(absl::StrContains(started.status().message(), "write addresses")) << started.status();
}

}  // namespace
}  // namespace nearcast::upstream
