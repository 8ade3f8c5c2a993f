// Snapshot: everything that a decision needs, compiled and immutable. One pointer, one swap.
//
// Names have become indices, templates have become pieces, nodes are ranked for every cell of the
// IP database. A decision reads one snapshot from beginning to end, so that one answer is never
// made of two configurations. Thread rule: immutable after BuildSnapshot; any number of threads may
// read.
#ifndef SCHEDULERLIB_SNAPSHOT_SNAPSHOT_H_
#define SCHEDULERLIB_SNAPSHOT_SNAPSHOT_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ipdb/prefix_table.h"
#include "schedulerlib/client/client_policy_set.h"
#include "schedulerlib/latency/latency_plan.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/place/cell_ranker.h"
#include "schedulerlib/place/client_table.h"
#include "schedulerlib/place/endpoint.h"
#include "schedulerlib/place/measured_table.h"
#include "schedulerlib/place/nearness_table.h"
#include "schedulerlib/place/ranking.h"
#include "schedulerlib/place/steering.h"
#include "schedulerlib/quality/tier_choice.h"
#include "schedulerlib/snapshot/cdn_standing.h"
#include "schedulerlib/split/ratio.h"
#include "schedulerlib/split/ratio_index.h"
#include "schedulerlib/switches/switch_board.h"
#include "schedulerlib/switches/switched_places.h"
#include "schedulerlib/zone/zone_set.h"
#include "signing/url_signer.h"

namespace nearcast::scheduler {

// What {host} stands for in a node's play URLs, and in RTMP URLs, whose port differs.
struct PlayHosts {
  std::string host;
  std::string rtmp_host;
};

struct CompiledNode {
  Node spec;
  Endpoint endpoint;
  Standing standing = Standing::kUsable;
  int32_t load_penalty_us = 0;
  CdnIndex cdn;
  std::array<PlayHosts, 2> play_hosts;  // for clients of a Family
};

// What choosing among equally near nodes needs of one: small, and all of them together.
struct NodeBucket {
  uint64_t hash = 0;  // Endpoint::hash
  double weight = 1;  // Endpoint::weight
};

// A cell's ranking has all the equally near nodes, and no more others than make this; and as many more
// as switches name of the CDN's nodes, up to kOffNodesMax, so that others are left when they are off.
inline constexpr size_t kRankedNodesMax = 16;
inline constexpr size_t kOffNodesMax = 48;

struct CompiledCdn {
  Cdn spec;
  std::vector<NodeIndex> nodes;  // kOwn only
  CellRankings rankings;         // by client cell; kOwn only
  // As names are answered, where Snapshot::is_switched: by cell of SwitchedPlaces::clients.
  CellRankings switched_rankings;
  // As names are answered, of the nodes with an IPv4 (IPv6) address, where some have none and names are
  // scheduled.
  CellRankings rankings_v4;
  CellRankings rankings_v6;
  UrlSigner push_signer;
  UrlSigner pull_signer;
  JudgedCdn play;  // for viewers: CdnBucket::standing, and why
  JudgedCdn push;  // for broadcasters
};

struct CompiledPublishPoint {
  PublishPoint spec;
  std::vector<CdnIndex> push_cdns;
  std::vector<TranscodeTemplate> tiers;  // best first, one a tier
  // Bits by Tier: those that are made by whom (TranscodeSide); origin and ao are made by nobody.
  uint32_t push_side_tiers = 0;
  uint32_t pull_side_tiers = 0;
  Tier default_tier = Tier::kOrigin;  // the policy's, or the middle one; always one of `tiers`
  Tier middle_tier = Tier::kOrigin;
  std::optional<LatencyPlan> latency;  // what its LatencyPolicy solves to

  // In Snapshot::qualities; nothing when it has no policy.
  std::optional<uint32_t> quality;
};

struct Snapshot {
  int64_t revision = 0;

  // Never null.
  std::shared_ptr<const ipdb::PrefixTable> places;

  // Where clients count as being: `places`, cut where prefixes are overridden. Decisions ask here.
  // Null only in a snapshot that BuildSnapshot has not made.
  std::shared_ptr<const ClientTable> clients;
  // What ranking went by; likewise.
  std::shared_ptr<const NearnessTable> nearness;
  std::shared_ptr<const MeasuredTable> measured;

  // By name.
  std::vector<CompiledNode> nodes;
  std::vector<NodeBucket> node_buckets;  // by NodeIndex
  std::vector<CompiledCdn> cdns;
  // Out: disabled, its health declared DOWN, or kOwn without nodes. A last resort: its health is
  // poor, declared so or because checks find a play domain down; or kOwn, and every node is drained
  // or down. CompiledCdn::play says which.
  std::vector<CdnBucket> cdn_buckets;
  std::vector<CompiledName> names;
  absl::flat_hash_map<std::string, CompiledPublishPoint> publish_points;

  // The most specific first: the first that matches is the one.
  std::vector<CompiledRatioRule> ratio_rules;
  RatioIndex ratio_index;  // of ratio_rules

  std::vector<CompiledQuality> qualities;  // by name
  SwitchBoard switches;
  // As far as they reach names; null when none does.
  std::shared_ptr<const SwitchedPlaces> switched;
  std::vector<bool> is_switched;  // by CdnIndex: its names are answered by `switched`
  // When a snapshot with other answers or TTLs of names is due, were nothing else to change.
  absl::Time names_change_at = absl::InfiniteFuture();

  zone::ZoneSet zones;

  ClientPolicySet client_policies;

  // HTTPDNS accounts by account_id, and the checks of nodes, as declared.
  absl::flat_hash_map<std::string, Account> accounts;
  std::vector<HealthCheck> health_checks;

  const CompiledNode& node(NodeIndex i) const { return nodes[i.value()]; }
  const CompiledCdn& cdn(CdnIndex i) const { return cdns[i.value()]; }

  std::optional<NodeIndex> FindNode(absl::string_view name) const;
  std::optional<CdnIndex> FindCdn(absl::string_view name) const;

  // A scheduled name, and what stands for its "*" if it is a wildcard (a view into `name`).
  struct NameMatch {
    const CompiledName* name = nullptr;
    absl::string_view stream;
  };

  // Fully qualified, any case, with or without the dot at the end. The name itself goes before a
  // wildcard one label up. Null when there is none. No allocation.
  NameMatch FindName(absl::string_view name) const;

  // Whose cells a name of the CDN has answers for: `clients`, or with the further parts of divided ones.
  const ClientTable& ClientsOfNames(CdnIndex cdn) const {
    return is_switched[cdn.value()] ? *switched->clients() : *clients;
  }

  // Lower-case fully qualified name → index into `names`.
  absl::flat_hash_map<std::string, uint32_t> name_index;
};

// What ranking needs of a node.
Candidate CandidateOf(const Snapshot& snapshot, NodeIndex node);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SNAPSHOT_SNAPSHOT_H_
