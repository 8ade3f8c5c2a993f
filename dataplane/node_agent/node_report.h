// What a relay knows of itself, as the message that it reports.
#ifndef DATAPLANE_NODE_AGENT_NODE_REPORT_H_
#define DATAPLANE_NODE_AGENT_NODE_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "dataplane/ingest/ending_log.h"
#include "dataplane/measure/measure_target.h"
#include "dataplane/stream/stream.h"
#include "proto/nearcast/v1/node.pb.h"

namespace nearcast::node_agent {

// Does not change while the process lives.
struct NodeIdentity {
  std::string node;
  std::string instance_id;
  std::string listen_address;
  uint16_t rtmp_port = 0;
  uint16_t http_port = 0;
  uint16_t srt_port = 0;           // 0 = none
  double capacity_bits_per_s = 0;  // 0 = not stated
};

// Read at one moment. Counters grow from the start of the process.
struct NodeReading {
  int64_t now_ms = 0;
  double cpu_s = 0;  // processor time used so far
  uint32_t processors = 1;
  uint64_t bytes_out = 0;
  uint64_t bytes_in = 0;
  uint32_t viewers = 0;
  std::vector<stream::StreamStatus> streams;
  std::vector<ingest::Ending> endings;  // of late
};

// Streams that a report tells of at most.
inline constexpr size_t kServedMax = 1000;

// The report for `now`; rates are taken from `before` to `now`.
nearcast::v1::NodeReport BuildReport(const NodeIdentity& identity, uint64_t sequence,
                                     const NodeReading& before, const NodeReading& now);

// Puts what was measured into a report.
void AddDelays(const std::vector<measure::Measurement>& found, nearcast::v1::NodeReport* report);

// What a control plane wants measured.
std::vector<measure::MeasureTarget> TargetsOf(const nearcast::v1::MeasurePlan& plan);

struct StreamName {
  std::string app;
  std::string stream;
};

// At the first slash.
StreamName SplitStreamName(const std::string& app_and_name);

}  // namespace nearcast::node_agent

#endif  // DATAPLANE_NODE_AGENT_NODE_REPORT_H_
