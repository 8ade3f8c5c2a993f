// Counts every operator new of this process: answering must not add one.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "services/dns/answer.h"
#include "services/dns/message.h"
#include "services/dns/query_text.h"
#include "services/dns/sample_snapshot.h"

namespace {
std::atomic<int> allocations{0};

void* Allocate(size_t bytes) {
  ++allocations;
  void* const memory = std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
}  // namespace

void* operator new(size_t bytes) { return Allocate(bytes); }
void* operator new[](size_t bytes) { return Allocate(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

namespace nearcast::dns {
namespace {

TEST(AnswerAllocationTest, AnswersWithoutAllocating) {
  const std::shared_ptr<const scheduler::Snapshot> snapshot = BuildSampleSnapshot();
  std::vector<std::vector<uint8_t>> packets;
  for (const char* text :
       {"pull.live.example A +ecs=14.215.177.0/24",
        "pull.live.example AAAA",
        "www.live.example A",
        "chain.live.example A +do",
        "live.example ANY",
        "live.example SOA",
        "a.very.long.name.that.does.not.exist.in.the.zone.live.example A",
        "x.wild.live.example TXT",
        "x.sub.live.example A",
        "other.example A",
        "many.live.example TXT",
        "live.example A +opcode=5",
        "live.example A +version=1",
        "live.example A +option=8:00",
        "web.live.example TYPE65 +ecs=202.0.0.0/8",
        "mixed.live.example A +ecs=202.96.1.0/24",
        "x.stream.live.example AAAA",
        "live.example SOA +option=3: +option=10:0102030405060708",
        "live.example SOA +noquestion +option=10:0102030405060708",
        "web.live.example HTTPS +do +option=3: +ecs=14.215.177.0/24 +option=10:0102030405060708 "
        "+option=11: +option=12:0000",
        "pull.live.example AAAA +ecs=240e:234:5600::/56 +option=12:",
        "tomixed.live.example A",
        "pull.live.example A +ecs=202.0.0.0/8",
        "live.example A CH +edns",
        "live.example A +option=8:0001"}) {
    packets.push_back(BuildQuery(text));
  }
  packets.push_back({1, 2, 3});
  std::vector<uint8_t> out(kTcpBytesMax);
  Counters counters;
  const AnswerOptions options{.nsid = "pek1", .cookies = CookieSecrets{}};
  const AnswerOptions demanding{
      .nsid = "pek1", .cookies = CookieSecrets{}, .cookie_demand = CookieDemand::kWhoSendsCookies};
  RateLimiter limiter({.replies_per_s = 1, .burst = 1});
  ReplyFacts facts;
  const ipdb::IpAddress source = ipdb::IpAddress::FromV4(0x0ed7b127);
  // Twice: what is built once, at the first use, does not count.
  for (int round = 0; round < 2; ++round) {
    const int before = allocations;
    for (const std::vector<uint8_t>& packet : packets) {
      Answer(*snapshot, {packet, source, Transport::kUdp, 0, &options, &limiter}, out, counters);
      Answer(*snapshot, {packet, source, Transport::kTls, 0, &options}, out, counters);
      Answer(*snapshot, {packet, source, Transport::kHttps, 0, &options, nullptr, &facts}, out,
             counters);
      Answer(*snapshot, {packet, source, Transport::kUdp, 0, &demanding, &limiter}, out, counters);
    }
    if (round == 1) {
      EXPECT_EQ(allocations, before);
    }
  }
  EXPECT_EQ(counters.OutcomeSum(), 8 * packets.size());
}

}  // namespace
}  // namespace nearcast::dns
