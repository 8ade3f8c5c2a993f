#include "client/resolver.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "base/fake_clock.h"
#include "client/fake_network.h"

namespace nearcast::client {
namespace {

constexpr absl::Duration kWait = absl::Seconds(20);

// A server that knows every name in "live" by two addresses with a TTL of 60 s, and no other.
absl::StatusOr<HttpReply> AnswerLive(const std::string& url) {
  std::string body = "{\"dns\":[";
  const std::string hosts = url.substr(url.find("host=") + 5);
  for (absl::string_view host : absl::StrSplit(hosts.substr(0, hosts.find('&')), ',')) {
    const bool known = absl::EndsWith(host, ".live");
    absl::StrAppend(&body, body.back() == '[' ? "" : ",", "{\"host\":\"", host, "\",\"ips\":[",
                    known ? "\"192.0.2.1\",\"192.0.2.2\"" : "", "],\"type\":1,\"ttl\":60}");
  }
  return HttpReply{.status = 200, .body = body + "]}"};
}

class ResolverTest : public testing::Test {
 protected:
  ResolverTest() {
    options.servers = {"http://s1/", "http://s2"};
    options.network = "wifi";
    options.probe_port = 0;
    options.refresh_tick = absl::InfiniteDuration();
    options.clock = &clock;
    options.fetcher = &network;
    options.prober = &network;
    options.local = &network;
  }

  void Begin() { resolver = Resolver::Create(options).value(); }

  // "source freshness address+address", or the status code.
  static std::string Text(const absl::StatusOr<Resolution>& result) {
    if (!result.ok()) return absl::StatusCodeToString(result.status().code());
    const char* freshness[] = {"fresh", "due", "stale"};
    return absl::StrCat(result->source == Source::kHttpdns ? "httpdns " : "local ",
                        freshness[static_cast<int>(result->freshness)], " ",
                        absl::StrJoin(result->addresses, "+"));
  }
  std::string Resolve(const std::string& name) { return Text(resolver->Resolve(name, kWait)); }

  // Background work has no other end than its effect; waits until that is seen.
  template <typename Condition>
  static bool Eventually(Condition condition) {
    const absl::Time deadline = absl::Now() + kWait;
    while (!condition()) {
      if (absl::Now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }

  size_t Requests() { return network.urls().size(); }
  bool Settled(size_t requests) {
    return Eventually([&] {
      const HttpdnsCounts counts = resolver->counts().httpdns;
      return counts.answered + counts.refused + counts.failed >= requests;
    });
  }

  FakeClock clock{absl::FromUnixSeconds(1700000000)};
  FakeNetwork network{AnswerLive};
  ResolverOptions options;
  std::unique_ptr<Resolver> resolver;
};

TEST_F(ResolverTest, TheSecondQuestionIsAnsweredWithoutARequest) {
  Begin();
  EXPECT_EQ(Resolve("A.Live."), "httpdns fresh 192.0.2.1+192.0.2.2");
  EXPECT_EQ(Resolve("a.live"), "httpdns fresh 192.0.2.1+192.0.2.2");
  EXPECT_EQ(Requests(), 1u);
  const ResolverCounts counts = resolver->counts();
  EXPECT_EQ(counts.asked, 1u);
  EXPECT_EQ(counts.fresh, 1u);
  EXPECT_EQ(counts.entries, 1u);
}

TEST_F(ResolverTest, PreResolveAsksForFiveNamesInACall) {
  Begin();
  EXPECT_FALSE(resolver
                   ->PreResolve({"a.live", "b.live", "c.live", "d.live", "e.live", "f.live",
                                 "a.live", "not a name", "192.0.2.9"})
                   .ok());
  ASSERT_TRUE(Settled(2));
  EXPECT_EQ(absl::StrJoin(network.urls(), " "),
            "http://s1/resolve?host=a.live,b.live,c.live,d.live,e.live http://s1/d?host=f.live");
  ASSERT_TRUE(Eventually([&] { return resolver->counts().entries == 6; }));
  EXPECT_EQ(Resolve("f.live"), "httpdns fresh 192.0.2.1+192.0.2.2");
  EXPECT_TRUE(resolver->PreResolve({"a.live", "f.live"}).ok());
  EXPECT_EQ(Requests(), 2u);
}

TEST_F(ResolverTest, RefreshesAheadWhatIsInUseAtThreeQuartersOfTheTtl) {
  Begin();
  Resolve("a.live");
  clock.Advance(absl::Seconds(44));
  resolver->RefreshDue();
  EXPECT_EQ(Requests(), 1u);
  clock.Advance(absl::Seconds(2));
  resolver->RefreshDue();
  ASSERT_TRUE(Settled(2));
  clock.Advance(absl::Seconds(40));
  ASSERT_TRUE(Eventually([&] { return Resolve("a.live") == "httpdns fresh 192.0.2.1+192.0.2.2"; }));
}

TEST_F(ResolverTest, ServesExpiredAddressesWhileARefreshRuns) {
  Begin();
  Resolve("a.live");
  clock.Advance(absl::Seconds(61));
  network.Hold();
  EXPECT_EQ(Resolve("a.live"), "httpdns stale 192.0.2.1+192.0.2.2");
  EXPECT_EQ(Resolve("a.live"), "httpdns stale 192.0.2.1+192.0.2.2");
  network.Release();
  ASSERT_TRUE(Eventually([&] { return absl::StrContains(Resolve("a.live"), "fresh"); }));
  EXPECT_EQ(Requests(), 2u);
}

TEST_F(ResolverTest, ServesExpiredAddressesWhileTheServersAreDownUntilTheBound) {
  Begin();
  Resolve("a.live");
  network.SetAnswer(FakeNetwork::Down);
  clock.Advance(absl::Seconds(61));
  EXPECT_EQ(Resolve("a.live"), "httpdns stale 192.0.2.1+192.0.2.2");
  ASSERT_TRUE(Settled(3));
  EXPECT_EQ(Resolve("a.live"), "httpdns stale 192.0.2.1+192.0.2.2");
  EXPECT_EQ(Requests(), 3u) << "a failed refresh waits for retry_wait";
  clock.Advance(absl::Hours(1));
  EXPECT_EQ(Resolve("a.live"), "UNAVAILABLE");
  network.SetAnswer(AnswerLive);
  EXPECT_EQ(Resolve("a.live"), "httpdns fresh 192.0.2.1+192.0.2.2");
}

TEST_F(ResolverTest, FallsBackToLocalDnsForNamesThatHttpdnsDoesNotKnow) {
  Begin();
  network.SetLocal("printer", {"10.0.0.7"});
  EXPECT_EQ(Resolve("printer"), "local fresh 10.0.0.7");
  EXPECT_EQ(Resolve("nobody"), "NOT_FOUND");
  EXPECT_EQ(Resolve("nobody"), "NOT_FOUND");
  EXPECT_EQ(Requests(), 2u) << "that a name is unknown is kept, too";
}

TEST_F(ResolverTest, FallsBackToLocalDnsWhenNoServerAnswersAndReturnsToHttpdns) {
  Begin();
  network.SetAnswer(FakeNetwork::Down);
  network.SetLocal("a.live", {"10.0.0.7"});
  EXPECT_EQ(Resolve("a.live"), "local fresh 10.0.0.7");
  network.SetAnswer(AnswerLive);
  clock.Advance(absl::Seconds(31));
  EXPECT_EQ(Resolve("a.live"), "local stale 10.0.0.7");
  ASSERT_TRUE(Eventually([&] { return absl::StartsWith(Resolve("a.live"), "httpdns"); }));
}

TEST_F(ResolverTest, LeavesLocalDnsAloneWhenToldSo) {
  options.local_dns = LocalDnsUse::kNever;
  Begin();
  network.SetLocal("printer", {"10.0.0.7"});
  EXPECT_EQ(Resolve("printer"), "NOT_FOUND");
  network.SetAnswer(FakeNetwork::Down);
  EXPECT_EQ(Resolve("a.live"), "UNAVAILABLE");
}

TEST_F(ResolverTest, AnotherNetworkAsksAgainAndComingBackIsInstant) {
  Begin();
  Resolve("a.live");
  network.SetAnswer([](const std::string&) {
    return HttpReply{.status = 200, .body = R"({"host":"a.live","ips":["198.51.100.1"],"ttl":60})"};
  });
  resolver->SetNetwork("4g");
  ASSERT_TRUE(Settled(2)) << "names in use are asked for without waiting for a question";
  EXPECT_EQ(Resolve("a.live"), "httpdns fresh 198.51.100.1");
  resolver->SetNetwork("wifi");
  EXPECT_EQ(Resolve("a.live"), "httpdns fresh 192.0.2.1+192.0.2.2");
  EXPECT_EQ(Requests(), 2u);
  EXPECT_EQ(network.forgotten(), 2);
}

TEST_F(ResolverTest, AnAnswerOfTheOldNetworkIsThrownAwayAndItsWaitersGetTheNewOne) {
  Begin();
  network.Hold();
  std::string result;
  absl::Notification told;
  resolver->ResolveAsync("a.live", [&](absl::StatusOr<Resolution> r) {
    result = Text(r);
    told.Notify();
  });
  ASSERT_TRUE(Eventually([&] { return Requests() == 1; }));
  resolver->SetNetwork("4g");
  network.Release();
  ASSERT_TRUE(told.WaitForNotificationWithTimeout(kWait));
  EXPECT_EQ(result, "httpdns fresh 192.0.2.1+192.0.2.2");
  EXPECT_EQ(Requests(), 2u);
  EXPECT_EQ(resolver->counts().entries, 1u);
}

TEST_F(ResolverTest, RanksByConnectTimeAfterTheFirstAnswer) {
  options.probe_port = 80;
  Begin();
  network.SetConnectTime("192.0.2.1", absl::Milliseconds(80));
  network.SetConnectTime("192.0.2.2", absl::Milliseconds(20));
  EXPECT_EQ(Resolve("a.live"), "httpdns fresh 192.0.2.1+192.0.2.2");
  ASSERT_TRUE(Eventually([&] { return Resolve("a.live") == "httpdns fresh 192.0.2.2+192.0.2.1"; }));
  clock.Advance(absl::Seconds(50));
  resolver->RefreshDue();
  ASSERT_TRUE(Settled(2));
  EXPECT_TRUE(absl::EndsWith(Resolve("a.live"), "192.0.2.2+192.0.2.1")) << "a refresh keeps it";
}

TEST_F(ResolverTest, GivesUpAtTheDeadlineAndKeepsTheLateAnswer) {
  Begin();
  network.Hold();
  EXPECT_EQ(Text(resolver->Resolve("a.live", absl::Milliseconds(1))), "DEADLINE_EXCEEDED");
  network.Release();
  ASSERT_TRUE(Settled(1));
  EXPECT_EQ(Resolve("a.live"), "httpdns fresh 192.0.2.1+192.0.2.2");
  EXPECT_EQ(Requests(), 1u);
}

TEST_F(ResolverTest, CallersOfOneNameShareARequestAndTooManyAreRefused) {
  options.waiters_max = 3;
  Begin();
  network.Hold();
  std::atomic<int> answered = 0, refused = 0;
  for (int i = 0; i < 5; ++i) {
    resolver->ResolveAsync("a.live",
                           [&](absl::StatusOr<Resolution> r) { ++(r.ok() ? answered : refused); });
  }
  EXPECT_EQ(refused, 2);
  network.Release();
  ASSERT_TRUE(Eventually([&] { return answered == 3; }));
  EXPECT_EQ(Requests(), 1u);
  const ResolverCounts c = resolver->counts();
  EXPECT_EQ(c.queries, c.literal + c.fresh + c.stale + c.asked + c.refused);
}

TEST_F(ResolverTest, WhoStillWaitsAtTheEndIsTold) {
  Begin();
  network.Hold();
  std::atomic<int> told = 0;
  for (const char* name : {"a.live", "b.live"}) {
    resolver->ResolveAsync(name, [&](absl::StatusOr<Resolution>) { ++told; });
  }
  ASSERT_TRUE(Eventually([&] { return Requests() == 1; }));
  std::thread release([&] { network.Release(); });
  resolver.reset();
  release.join();
  EXPECT_EQ(told, 2);
}

TEST_F(ResolverTest, AddressesAreTheirOwnAnswerAndUrlsAreRewritten) {
  Begin();
  EXPECT_EQ(Resolve("2001:db8::1"), "httpdns fresh 2001:db8::1");
  EXPECT_EQ(Resolve("a b"), "INVALID_ARGUMENT");
  const IpUrl url = resolver->ResolveUrl("http://a.live:8088/x.flv?y", kWait).value();
  EXPECT_EQ(url.url, "http://192.0.2.1:8088/x.flv?y");
  EXPECT_EQ(url.host_header, "a.live:8088");
  EXPECT_FALSE(resolver->ResolveUrl("a.live/x", kWait).ok());
}

TEST_F(ResolverTest, ClearForgetsAndTheCacheStaysWithinItsBound) {
  options.cache.entries_max = 2;
  Begin();
  for (const char* name : {"a.live", "b.live", "c.live"}) Resolve(name);
  EXPECT_EQ(resolver->counts().entries, 2u);
  EXPECT_EQ(resolver->counts().evicted, 1u);
  resolver->Clear();
  EXPECT_EQ(resolver->counts().entries, 0u);
  Resolve("c.live");
  EXPECT_EQ(Requests(), 4u);
}

TEST_F(ResolverTest, ManyThreadsMayAskAndChangeNetworksAtOnce) {
  Begin();
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        if (t == 0 && i % 20 == 0) resolver->SetNetwork(absl::StrCat("n", i % 3));
        if (t == 1 && i % 50 == 0) resolver->Clear();
        if (!absl::StartsWith(Resolve(absl::StrCat(i % 7, ".live")), "httpdns")) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  const ResolverCounts c = resolver->counts();
  EXPECT_EQ(c.queries, 800u);
  EXPECT_EQ(c.queries, c.literal + c.fresh + c.stale + c.asked + c.refused);
}

TEST_F(ResolverTest, OptionsOutOfRangeAreNamed) {
  const auto complaint = [this](const std::function<void(ResolverOptions*)>& change) {
    ResolverOptions changed = options;
    change(&changed);
    const auto made = Resolver::Create(changed);
    EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(made.status().message().substr(0, made.status().message().find(':')));
  };
  EXPECT_EQ(complaint([](ResolverOptions* o) { o->servers.clear(); }), "servers");
  EXPECT_EQ(complaint([](ResolverOptions* o) { o->servers = {"192.0.2.1"}; }), "servers");
  EXPECT_EQ(complaint([](ResolverOptions* o) { o->servers = {"ftp://a.b"}; }), "servers");
  EXPECT_EQ(complaint([](ResolverOptions* o) { o->account_id = "a/b"; }), "account_id");
  EXPECT_EQ(complaint([](ResolverOptions* o) { o->request_timeout = absl::Seconds(6); }),
            "request_timeout");
  EXPECT_EQ(complaint([](ResolverOptions* o) { o->local_ttl = absl::ZeroDuration(); }),
            "local_ttl");
  EXPECT_EQ(complaint([](ResolverOptions* o) { o->cache.entries_max = 0; }), "cache.entries_max");
  EXPECT_EQ(complaint([](ResolverOptions* o) { o->cache.refresh_at = 1.5; }), "cache.refresh_at");
}

}  // namespace
}  // namespace nearcast::client
