// Steering: for one scheduled name, every client address's answer, compiled.
//
//   const NameDecision decision = DecideName(snapshot.scheduled_names[i], client);
//   write(decision.answer->ipv4, decision.scope_bits);
//
// DNS and HTTPDNS both ask here, so they cannot disagree. Nothing is computed per query but two
// searches in sorted arrays: nodes were ranked per cell when the snapshot was built.
#ifndef SCHEDULERLIB_PLACE_STEERING_H_
#define SCHEDULERLIB_PLACE_STEERING_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "ipdb/ip_address.h"
#include "ipdb/run_table.h"
#include "schedulerlib/model/ids.h"

namespace nearcast::scheduler {

// One distinct answer. Which nodes it has follows from the client's cell; the order of addresses is
// the order in which clients should try.
struct NameAnswer {
  std::vector<NodeIndex> nodes;
  std::vector<std::array<uint8_t, 4>> ipv4;   // network order
  std::vector<std::array<uint8_t, 16>> ipv6;  // network order

  friend bool operator==(const NameAnswer&, const NameAnswer&) = default;
};

// Immutable; any thread may read.
struct SteeringMap {
  // Answer of each cell, an index into `answers`.
  std::vector<uint32_t> answer_of_cell;
  std::vector<NameAnswer> answers;

  // Runs of addresses that share an answer, an index into `answers`: shorter scopes than the IP
  // database's own.
  ipdb::RunTable<uint32_t> v4;
  ipdb::RunTable<absl::uint128> v6;
};

struct CompiledName {
  std::string name;  // fully qualified, lower case, no dot at the end: "pull.live.example"
  uint32_t ttl_s = 60;
  uint32_t answers_max = 2;
  CdnIndex cdn;
  std::shared_ptr<const SteeringMap> steering;
};

struct NameDecision {
  // Never null; an answer without addresses only when the CDN has no node with one.
  const NameAnswer* answer = nullptr;

  // RFC 7871 §7.2.1: the shortest prefix around the client in which every address gets this answer,
  // in bits of the client's own family.
  uint8_t scope_bits = 0;
};

// No allocation, no lock. The result points into `name`.
NameDecision DecideName(const CompiledName& name, const ipdb::IpAddress& client);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_STEERING_H_
