// Ten thousand connections that ask nothing, over DNS and HTTP: the honest get every answer, what is
// open stays within its bound, what gives way is counted, and memory comes back.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include "absl/functional/function_ref.h"
#include "base/clock.h"
#include "tests/robustness/fronts.h"
#include "tests/robustness/hostile_clients.h"
#include "tests/robustness/live_bytes.h"
#include "tests/robustness/open_files.h"

namespace nearcast {
namespace {

constexpr size_t kIdle = 10'000;
// Of which so many may be open.
constexpr size_t kConnectionsMax = 8'000;
constexpr size_t kOtherFiles = 500;
// Tables keep their size; what one round adds must not be added again by the next.
constexpr size_t kGrowthBytesMax = 64 << 10;

bool Await(absl::FunctionRef<bool()> condition) {
  const absl::Duration end = Clock::System()->Monotonic() + absl::Seconds(30);
  while (!condition()) {
    if (Clock::System()->Monotonic() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

// A connection's end is seen before its memory is given back.
bool MemoryComesBackTo(size_t bytes) {
  return Await([bytes] { return LiveBytes() <= bytes + kGrowthBytesMax; });
}

// Asks on and on until the end of its life.
class HonestClient {
 public:
  explicit HonestClient(absl::FunctionRef<bool()> ask) : thread_([this, ask] { Run(ask); }) {}

  // All were answered, and there were some.
  bool Finish() {
    done_ = true;
    thread_.join();
    return asked_ > 0 && answered_ == asked_;
  }

 private:
  void Run(absl::FunctionRef<bool()> ask) {
    do {
      ++asked_;
      answered_ += ask() ? 1 : 0;
    } while (!done_);
  }

  std::atomic<bool> done_{false};
  int asked_ = 0;
  int answered_ = 0;
  std::thread thread_;
};

class IdleConnectionsTest : public testing::Test {
 protected:
  IdleConnectionsTest() {
    // Both ends are in this process.
    const size_t files = RaiseOpenFiles(2 * kIdle + kOtherFiles);
    idle_ = std::min(kIdle, (files - std::min(files, kOtherFiles)) / 2);
    EXPECT_GT(idle_, 0u);
    RecordProperty("idle_connections", static_cast<int>(idle_));
    dns::DnsServiceOptions dns_options;
    dns_options.tcp.connections_max = std::min(kConnectionsMax, idle_ * 4 / 5);
    http::ServerOptions http_options;
    http_options.connections_max = static_cast<uint32_t>(dns_options.tcp.connections_max);
    connections_max_ = dns_options.tcp.connections_max;
    fronts_.emplace(dns_options, http_options);
  }

  uint64_t HttpCount(http::HttpEvent event) { return fronts_->http().totals()[event]; }

  uint64_t DnsOpen() const {
    return fronts_->DnsCount("dns_tcp_accepted_total") - fronts_->DnsCount("dns_tcp_closed_total") -
           fronts_->DnsCount("dns_tcp_refused_total") - fronts_->DnsCount("dns_tcp_evicted_total") -
           fronts_->DnsCount("dns_tcp_timed_out_total") -
           fronts_->DnsCount("dns_tcp_malformed_total");
  }

  uint64_t HttpOpen() {
    return HttpCount(http::HttpEvent::kAccepted) - HttpCount(http::HttpEvent::kClosed);
  }

  size_t idle_ = 0;
  size_t connections_max_ = 0;
  std::optional<Fronts> fronts_;
};

TEST_F(IdleConnectionsTest, DnsOverTcpAnswersBesideThem) {
  size_t settled_bytes = 0;
  for (const int round : {1, 2, 3}) {
    const auto ask = [this] { return fronts_->AskUdp() && fronts_->AskTcp(); };
    HonestClient honest(ask);
    HostileClients idle;
    EXPECT_EQ(idle.Connect(fronts_->dns().port(), idle_), idle_);
    EXPECT_TRUE(honest.Finish());
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(ask());
    EXPECT_LE(DnsOpen(), connections_max_);
    idle.CloseAll();
    EXPECT_TRUE(Await([this] { return DnsOpen() == 0; }));
    if (round == 2) settled_bytes = LiveBytes();
    if (round == 3) {
      EXPECT_TRUE(MemoryComesBackTo(settled_bytes)) << LiveBytes() << " after " << settled_bytes;
    }
  }
  EXPECT_GE(fronts_->DnsCount("dns_tcp_evicted_total"), 3 * (idle_ - connections_max_));
  EXPECT_EQ(fronts_->DnsCount("dns_tcp_refused_total"), 0u);
}

TEST_F(IdleConnectionsTest, HttpAnswersBesideThem) {
  size_t settled_bytes = 0;
  for (const int round : {1, 2, 3}) {
    const auto ask = [this] { return fronts_->AskHttp(); };
    HonestClient honest(ask);
    HostileClients idle;
    EXPECT_EQ(idle.Connect(fronts_->http().port(), idle_), idle_);
    EXPECT_TRUE(honest.Finish());
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(ask());
    EXPECT_LE(HttpOpen(), connections_max_);
    idle.CloseAll();
    EXPECT_TRUE(Await([this] { return HttpOpen() == 0; }));
    if (round == 2) settled_bytes = LiveBytes();
    if (round == 3) {
      EXPECT_TRUE(MemoryComesBackTo(settled_bytes)) << LiveBytes() << " after " << settled_bytes;
    }
  }
  EXPECT_GE(HttpCount(http::HttpEvent::kEvicted), 3 * (idle_ - connections_max_));
  EXPECT_EQ(HttpCount(http::HttpEvent::kOverTotalLimit), 0u);
}

// So few descriptors that the connections' bound is never reached: room for a client's socket, none
// for the server's.
void LeaveOneDescriptor(const rlimit& before) {
  const int next = dup(0);
  close(next);
  ASSERT_TRUE(SetOpenFiles(static_cast<size_t>(next) + 1, before));
}

TEST_F(IdleConnectionsTest, HttpMakesRoomInAProcessWithoutDescriptors) {
  const rlimit before = OpenFilesLimit();
  HostileClients idle;
  const size_t count = std::min<size_t>(500, idle_);
  EXPECT_EQ(idle.Connect(fronts_->http().port(), count), count);
  EXPECT_TRUE(Await([&] { return HttpOpen() == count; }));
  LeaveOneDescriptor(before);
  EXPECT_TRUE(fronts_->AskHttp());
  ASSERT_TRUE(SetOpenFiles(before.rlim_cur, before));
  EXPECT_GE(HttpCount(http::HttpEvent::kEvicted), 1u);
}

TEST_F(IdleConnectionsTest, DnsMakesRoomInAProcessWithoutDescriptors) {
  const rlimit before = OpenFilesLimit();
  HostileClients idle;
  const size_t count = std::min<size_t>(500, idle_);
  EXPECT_EQ(idle.Connect(fronts_->dns().port(), count), count);
  EXPECT_TRUE(Await([&] { return DnsOpen() == count; }));
  LeaveOneDescriptor(before);
  EXPECT_TRUE(fronts_->AskTcp());
  EXPECT_TRUE(fronts_->AskUdp());
  ASSERT_TRUE(SetOpenFiles(before.rlim_cur, before));
  EXPECT_GE(fronts_->DnsCount("dns_tcp_evicted_total"), 1u);
}

}  // namespace
}  // namespace nearcast
