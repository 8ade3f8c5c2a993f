// NodeAgent: a relay's line to the control plane: it reports every second to every replica, asks
// any of them where to pull a stream from, and measures the delays that they want to know
// (proto/nearcast/v1/node.proto).
//
//   NodeAgent agent(options, [&] { return Read(); },
//                   [&](const std::string& stream) { hub.End(stream); },
//                   [&](const v1::UrlKeys& keys) { guard.SetKeys(UrlKeysOf(keys)); });
//   agent.Start();
//
// The relay never waits for it: reports have a thread per replica, questions are asynchronous with
// a deadline. While a replica is away it is called again with a doubling pause; the relay goes on
// meanwhile, and questions go to the next replica.
#ifndef DATAPLANE_NODE_AGENT_NODE_AGENT_H_
#define DATAPLANE_NODE_AGENT_NODE_AGENT_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/measure/delay_meter.h"
#include "dataplane/node_agent/node_orders.h"
#include "dataplane/node_agent/node_report.h"
#include "dataplane/node_agent/replica_line.h"
#include "dataplane/node_agent/source_cache.h"
#include "dataplane/pull/source_finder.h"

namespace nearcast::node_agent {

struct NodeAgentOptions {
  NodeIdentity identity;
  std::vector<std::string> controls;  // host:port of each control plane replica
  int64_t report_ms = 1'000;
  int64_t report_ms_min = 50;   // between two reports, whatever happens
  int64_t find_ms_max = 2'000;  // for one replica to answer
  int64_t not_found_ms = 500;   // how long "nobody has it" is believed
  int64_t reconnect_ms_max = 5'000;
  bool pulls_by_srt = false;  // sources are wanted by SRT where they have it
  measure::DelayMeterOptions meter;
};

// Thread rule: any thread.
class NodeAgent : public pull::SourceFinder {
 public:
  using ReadNode = std::function<NodeReading()>;                            // any thread
  using EndStream = std::function<void(const std::string& stream)>;         // app/name; any thread
  using TakeKeys = std::function<void(const nearcast::v1::UrlKeys& keys)>;  // any thread

  // What the control plane at `address` wants now, every second; nothing comes while it is away.
  using TakeOrders = std::function<void(const std::string& address, const NodeOrders& orders)>;

  NodeAgent(const NodeAgentOptions& options, ReadNode read, EndStream end_stream,
            TakeKeys take_keys, TakeOrders take_orders = nullptr);
  ~NodeAgent() override;  // stops

  void Start();
  void Stop();

  // Reports at once, where the last report is not younger than report_ms_min.
  void ReportNow();

  // Unavailable when no replica answers.
  void Find(const pull::SourceQuestion& question, Done done) override;

  // Replicas that the reports reach right now.
  int connected() const { return connected_.load(std::memory_order_relaxed); }

  measure::DelayMeterCounters measured() const { return meter_.Counters(); }

 private:
  class Replica;  // one control plane address: its channel and its reporting thread

  // The answer that `status` and `response` are, kept for the next who asks.
  absl::StatusOr<pull::Sources> Take(const pull::SourceQuestion& question,
                                     const grpc::Status& status,
                                     const v1::FindSourceResponse& response);

  const NodeAgentOptions options_;
  const ReadNode read_;
  const EndStream end_stream_;
  const TakeKeys take_keys_;
  const TakeOrders take_orders_;
  SourceCache cache_{10'000};
  measure::DelayMeter meter_;
  std::atomic<int> connected_{0};
  std::vector<std::unique_ptr<Replica>> replicas_;
  std::unique_ptr<ReplicaLine> line_;  // over the replicas' channels
};

}  // namespace nearcast::node_agent

#endif  // DATAPLANE_NODE_AGENT_NODE_AGENT_H_
