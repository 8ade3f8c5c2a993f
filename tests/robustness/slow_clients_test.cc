// Clients that send an octet at a time, or half of something and no more: over HTTP, HTTPS, DNS over
// TCP and DNS over TLS. Each is cut off within its deadline and counted; the honest beside them get
// every answer; memory comes back.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "services/http/test_client.h"
#include "tests/robustness/fronts.h"
#include "tests/robustness/hostile_clients.h"
#include "tests/robustness/live_bytes.h"
#include "tests/robustness/open_files.h"

namespace nearcast {
namespace {

constexpr size_t kSlow = 500;
constexpr absl::Duration kPatience = absl::Milliseconds(200);
constexpr size_t kGrowthBytesMax = 64 << 10;

class SlowClientsTest : public testing::Test {
 protected:
  SlowClientsTest() { RaiseOpenFiles(4096); }

  void Start(const std::string& certificate = "", const std::string& key = "") {
    dns::DnsServiceOptions dns_options;
    dns_options.tcp.patience = {.idle = 2 * kPatience, .message = kPatience, .sending = kPatience};
    if (!certificate.empty()) {
      dns_options.dot = {.port = 0, .certificate_file = certificate, .key_file = key};
    }
    http::ServerOptions http_options;
    http_options.tls_certificate_file = certificate;
    http_options.tls_key_file = key;
    http_options.head_deadline = http_options.body_deadline = kPatience;
    http_options.idle_deadline = 2 * kPatience;
    fronts_.emplace(dns_options, http_options);
  }

  // Files of a certificate that openssl makes; false without it.
  bool StartWithTls() {
    if (!http::HasProgram("openssl")) return false;
    const std::string files = testing::TempDir() + "slow_clients_test";
    http::RunCommand(
        absl::StrCat("openssl req -x509 -newkey ec -pkeyopt "
                     "ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
                     "-keyout ",
                     files, ".key -out ", files, ".crt 2>&1"));
    Start(files + ".crt", files + ".key");
    return true;
  }

  uint64_t HttpTimeouts() { return fronts_->http().totals()[http::HttpEvent::kTimedOut]; }
  uint64_t DnsTimeouts() const { return fronts_->DnsCount("dns_tcp_timed_out_total"); }

  // Lets kSlow clients send `text` octet by octet until the server has cut all of them, twice: the
  // second time adds no memory. `honest` asks between the octets.
  void TrickleUntilAllAreCut(uint16_t port, absl::string_view text,
                             absl::FunctionRef<uint64_t()> timeouts,
                             absl::FunctionRef<bool()> honest) {
    size_t first_bytes = 0;
    for (const bool is_first : {true, false}) {
      const uint64_t before = timeouts();
      HostileClients slow;
      ASSERT_EQ(slow.Connect(port, kSlow), kSlow);
      const absl::Duration end = Clock::System()->Monotonic() + absl::Seconds(30);
      while (timeouts() < before + kSlow) {
        ASSERT_LT(Clock::System()->Monotonic(), end) << timeouts() - before << " were cut";
        slow.Trickle(text);
        ASSERT_TRUE(honest());
      }
      while (slow.CountEnded() < kSlow) ASSERT_LT(Clock::System()->Monotonic(), end);
      EXPECT_EQ(timeouts(), before + kSlow);
      slow.CloseAll();
      ASSERT_TRUE(honest());
      if (is_first) first_bytes = LiveBytes();
      // A connection's end is seen here before its memory is given back there.
      while (LiveBytes() > first_bytes + kGrowthBytesMax) {
        ASSERT_LT(Clock::System()->Monotonic(), end) << LiveBytes() << " after " << first_bytes;
      }
    }
  }

  std::optional<Fronts> fronts_;
};

TEST_F(SlowClientsTest, HttpHeads) {
  Start();
  TrickleUntilAllAreCut(
      fronts_->http().port(), "GET /dns-query HTTP/1.1\r\nA: a", [this] { return HttpTimeouts(); },
      [this] { return fronts_->AskHttp() && fronts_->AskUdp(); });
}

TEST_F(SlowClientsTest, HttpBodies) {
  Start();
  const auto honest = [this] { return fronts_->AskHttp(); };
  const uint64_t before = HttpTimeouts();
  HostileClients slow;
  ASSERT_EQ(slow.Connect(fronts_->http().port(), kSlow), kSlow);
  slow.SendAll("POST /dns-query HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
  const absl::Duration end = Clock::System()->Monotonic() + absl::Seconds(30);
  while (HttpTimeouts() < before + kSlow) {
    ASSERT_LT(Clock::System()->Monotonic(), end);
    slow.Trickle("a");
    ASSERT_TRUE(honest());
  }
}

TEST_F(SlowClientsTest, DnsMessagesOverTcp) {
  Start();
  TrickleUntilAllAreCut(
      fronts_->dns().port(), absl::string_view("\xff\xff\x00", 3), [this] { return DnsTimeouts(); },
      [this] { return fronts_->AskTcp() && fronts_->AskUdp(); });
}

TEST_F(SlowClientsTest, TlsHandshakes) {
  if (!StartWithTls()) GTEST_SKIP() << "needs the program openssl";
  // A record of a ClientHello that never ends.
  const absl::string_view hello("\x16\x03\x01\x3f\xff\x01\x00\x3f\xfb\x03\x03", 11);
  TrickleUntilAllAreCut(
      fronts_->dns().dot_port(), hello, [this] { return DnsTimeouts(); },
      [this] { return fronts_->AskTcp() && fronts_->AskUdp(); });
  TrickleUntilAllAreCut(
      fronts_->http().port(), hello, [this] { return HttpTimeouts(); },
      [this] { return fronts_->AskUdp(); });
}

}  // namespace
}  // namespace nearcast
