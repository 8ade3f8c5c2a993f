// FakeUpstream: a name server on loopback, UDP and TCP at one port, that says what a test wants.
//
//   FakeUpstream server([](const FakeQuery& query) {
//     return FakeReply{.records = {"www.vendor.example 60 A 192.0.2.1"}, .scope_bits = 24};
//   });
#ifndef SERVICES_UPSTREAM_FAKE_UPSTREAM_H_
#define SERVICES_UPSTREAM_FAKE_UPSTREAM_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/upstream/ares_channel.h"

namespace nearcast::upstream {

struct FakeQuery {
  std::string name;  // lower case, no dot at the end
  uint16_t type = 0;
  std::string subnet;  // "192.0.2.0/24"; "" without a Client Subnet option
  bool has_edns = false;
  Carrier carrier = Carrier::kUdp;
  std::vector<uint8_t> bytes;

  // "www.vendor.example A 192.0.2.0/24", with " tcp", " plain" (no EDNS).
  std::string text() const;
};

struct FakeReply {
  uint8_t rcode = 0;
  bool truncated = false;
  // "OWNER TTL A|AAAA|CNAME|SOA|NS RDATA"; SOA's RDATA is its MINIMUM.
  std::vector<std::string> records;
  std::vector<std::string> authority;
  // SCOPE in an echo of the Client Subnet option; none = the option is not echoed.
  std::optional<uint8_t> scope_bits;
  bool silent = false;
  // Instead of all the above: datagrams or messages as they are.
  std::vector<std::vector<uint8_t>> raw;
};

// A whole reply to `query`.
std::vector<uint8_t> BuildReply(const FakeQuery& query, const FakeReply& reply);
// `bytes` must be a well-formed query.
FakeQuery ReadQuery(std::span<const uint8_t> bytes, Carrier carrier);

class FakeUpstream {
 public:
  using Script = std::function<FakeReply(const FakeQuery&)>;

  // Called on the server's thread. `port` 0 = any that is free.
  explicit FakeUpstream(Script script, uint16_t port = 0);
  ~FakeUpstream();
  FakeUpstream(const FakeUpstream&) = delete;
  FakeUpstream& operator=(const FakeUpstream&) = delete;

  uint16_t port() const { return port_; }
  std::string address() const;

  // text() of all queries so far.
  std::vector<std::string> queries() const;
  size_t query_count() const { return queries().size(); }
  // Waits up to ten seconds for so many.
  bool AwaitQueries(size_t count) const;

 private:
  void Run();
  void ServeUdp();
  void ServeTcp();
  FakeReply Ask(const FakeQuery& query);

  const Script script_;
  int udp_ = -1;
  int tcp_ = -1;
  int stop_ = -1;
  uint16_t port_ = 0;
  mutable absl::Mutex mutex_;
  std::vector<std::string> queries_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace nearcast::upstream

#endif  // SERVICES_UPSTREAM_FAKE_UPSTREAM_H_
