// Doh: DNS over HTTPS (RFC 8484) as a route of an HTTP server.
//
//   Doh doh(&snapshots, clock, &answer_options, server_options.threads);
//   doh.Register(&router);   // GET /dns-query?dns=BASE64URL, POST /dns-query
//
// The client is the connection's peer, unless the query's Client Subnet option names it. Thread
// rule: each of the server's threads has its own state; AddCounters is for any thread.
#ifndef SERVICES_DNS_DOH_H_
#define SERVICES_DNS_DOH_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/snapshot_holder.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "services/dns/answer.h"
#include "services/http/router.h"

namespace nearcast::dns {

inline constexpr char kDohPath[] = "/dns-query";
inline constexpr char kDohType[] = "application/dns-message";

class Doh {
 public:
  // All pointers must outlive this; `workers` are as many as the router's servers have threads.
  Doh(const SnapshotHolder<scheduler::Snapshot>* snapshots, const Clock* clock,
      const AnswerOptions* answer_options, uint32_t workers);
  ~Doh();
  Doh(const Doh&) = delete;
  Doh& operator=(const Doh&) = delete;

  // This must outlive the router's last use.
  void Register(http::Router* router);

  void AddCounters(std::vector<const Counters*>& counters) const;

 private:
  struct Worker;

  Worker& WorkerOf(const http::Request& request);
  void AnswerGet(const http::Request& request, http::Response& response);
  void AnswerPost(const http::Request& request, http::Response& response);
  void AnswerMessage(const http::Request& request, std::span<const uint8_t> message,
                     http::Response& response);

  const Clock* const clock_;
  const AnswerOptions* const answer_options_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

// How long a reply of Answer may be kept: the smallest TTL of its Answer section, or of its
// Authority section if that is empty (RFC 8484 §5.1); 0 for errors.
uint32_t FreshSeconds(std::span<const uint8_t> reply);

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_DOH_H_
