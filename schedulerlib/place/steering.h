// Steering: for one scheduled name, every client address's answer, compiled.
//
//   const NameDecision decision = DecideName(*match.name, {.client = client, .stream = match.stream});
//   write(decision.answer->ipv4, decision.scope_bits);
//
// DNS and HTTPDNS both ask here, so they cannot disagree. Nothing is computed per query but a search
// in a sorted array and, for names that spread by client or stream, a hash: nodes were ranked per
// cell when the snapshot was built.
#ifndef SCHEDULERLIB_PLACE_STEERING_H_
#define SCHEDULERLIB_PLACE_STEERING_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/string_view.h"
#include "ipdb/ip_address.h"
#include "ipdb/run_table.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/place/division.h"
#include "schedulerlib/place/slots.h"

namespace nearcast::scheduler {

// One distinct answer. Which nodes it has follows from the client's cell; the order of addresses is
// the order in which clients should try. A and AAAA are decided apart, so that whether one of them
// exists never depends on the client (RFC 7871 §7.4: negative answers are for everybody).
struct NameAnswer {
  std::vector<NodeIndex> nodes;               // that have an IPv4 address; of all when none has one
  std::vector<std::array<uint8_t, 4>> ipv4;   // network order
  std::vector<std::array<uint8_t, 16>> ipv6;  // network order

  // Instead of addresses: an alias, fully qualified, lower case, no dot at the end. Empty = none.
  std::string cname;

  friend bool operator==(const NameAnswer&, const NameAnswer&) = default;
};

// The answers of the clients of one or more cells: one, or one for each of kSteeringSlots slots. Or
// divided: behind the place of a Division stands a group for each of its parts, none of them divided.
struct AnswerGroup {
  static constexpr uint32_t kDivided = 0;

  uint32_t first = 0;  // index into SteeringMap::slots
  uint32_t count = 1;  // 1, kSteeringSlots or kDivided

  friend bool operator==(const AnswerGroup&, const AnswerGroup&) = default;
};

// What decided the answers of a cell: for explanations.
struct SteeringCause {
  enum class Kind : uint8_t {
    kRanking,
    kOverrideNodes,  // a prefix override's, ahead of the ranking
    kOverrideAlias,
    kPlaceRule,
    kFallbackAlias,  // no node was usable
  };
  Kind kind = Kind::kRanking;
  uint32_t rule = 0;  // of kPlaceRule: its place in the name's rules

  friend bool operator==(const SteeringCause&, const SteeringCause&) = default;
};

// Immutable; any thread may read.
struct SteeringMap {
  Spread spread = Spread::kPlace;

  std::vector<NameAnswer> answers;
  std::vector<uint32_t> slots;  // indices into `answers`; of divided groups see there
  std::vector<AnswerGroup> groups;
  std::vector<uint32_t> group_of_cell;
  std::vector<SteeringCause> cause_of_cell;        // and of the further parts of divided cells
  std::shared_ptr<const CellDivisions> divisions;  // null when no cell is divided

  // Runs of addresses that share a group: shorter scopes than the IP database's own.
  ipdb::RunTable<uint32_t> v4;
  ipdb::RunTable<absl::uint128> v6;
};

struct CompiledName {
  std::string name;     // fully qualified, lower case, no dot at the end: "pull.live.example"
  uint32_t ttl_s = 60;  // less than declared while a switch that it depends on ends
  uint32_t declared_ttl_s = 60;
  uint32_t answers_max = 2;
  CdnIndex cdn;
  std::optional<HttpsRecord> https;
  std::shared_ptr<const SteeringMap> steering;
  std::vector<PlaceRule> rules;  // as declared, for explanations
};

struct NameQuestion {
  ipdb::IpAddress client;

  // What stands for a wildcard name's "*", or the query's sdns-stream: any case. Names that do not
  // spread by stream ignore it.
  absl::string_view stream;
};

struct NameDecision {
  // Never null; an answer without addresses and alias only when the CDN has no node.
  const NameAnswer* answer = nullptr;

  // RFC 7871 §7.2.1: the shortest prefix around the client in which every address gets this answer,
  // in bits of the client's own family.
  uint8_t scope_bits = 0;
};

// No allocation, no lock. The result points into `name`.
NameDecision DecideName(const CompiledName& name, const NameQuestion& question);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_STEERING_H_
