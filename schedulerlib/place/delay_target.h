// Whose delay is measured, and by which node: from what is declared to each node's share.
//
// Every node measures the samples and the other nodes that the delay model holds to be nearest to
// it, up to a bound: that is where the order of nodes is decided. Targets that are equally near
// are shared out by rendezvous, so that the nodes of one place measure different ones of them.
#ifndef SCHEDULERLIB_PLACE_DELAY_TARGET_H_
#define SCHEDULERLIB_PLACE_DELAY_TARGET_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ipdb/ip_address.h"
#include "ipdb/location.h"
#include "ipdb/prefix_table.h"
#include "schedulerlib/model/config.h"

namespace nearcast::scheduler {

struct DelayTarget {
  std::string name;  // "sample/192.0.2.1:443", "node/gz-1"
  std::string node;  // the node's name; empty for a sample
  ipdb::IpAddress address;
  uint16_t port = 0;
  ipdb::Location place;
  std::string cdn;  // whose nodes measure it; empty = all
  uint32_t interval_s = 60;
  uint32_t timeout_ms = 1000;
  uint32_t tries = 3;
};

inline constexpr size_t kSamplesPerNodeMax = 512;
inline constexpr size_t kPeersPerNodeMax = 128;

// All of them, a target once for each CDN that measures it. The configuration must be valid.
// Samples of an unknown place are left out: they speak for nobody.
std::vector<DelayTarget> FindDelayTargets(const std::vector<DelayProbe>& probes,
                                          const std::vector<Node>& nodes,
                                          const ipdb::PrefixTable& places);

// Those that `node` measures, each name once, in the order of names; never itself.
std::vector<DelayTarget> ChooseDelayTargets(const Node& node,
                                            const std::vector<DelayTarget>& targets,
                                            size_t samples_max = kSamplesPerNodeMax,
                                            size_t peers_max = kPeersPerNodeMax);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_DELAY_TARGET_H_
