// Snapshot: everything that a decision needs, compiled and immutable. One pointer, one swap.
//
// Names have become indices, templates have become pieces, nodes are ranked for every cell of the
// IP database. A decision reads one snapshot from beginning to end, so that one answer is never
// made of two configurations. Thread rule: immutable after BuildSnapshot; any number of threads may
// read.
#ifndef SCHEDULERLIB_SNAPSHOT_SNAPSHOT_H_
#define SCHEDULERLIB_SNAPSHOT_SNAPSHOT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "ipdb/prefix_table.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/place/endpoint.h"
#include "schedulerlib/place/ranking.h"
#include "schedulerlib/place/steering.h"
#include "schedulerlib/split/ratio.h"
#include "schedulerlib/zone/zone_set.h"

namespace nearcast::scheduler {

struct CompiledNode {
  Node spec;
  Endpoint endpoint;
  Standing standing = Standing::kUsable;
  int32_t load_penalty_us = 0;
  CdnIndex cdn;
};

// How the nodes of one CDN rank for one cell: all the equally near ones, and no more others than
// make kRankedNodesMax.
using CellRanking = std::vector<Ranked>;
inline constexpr size_t kRankedNodesMax = 16;

struct CompiledCdn {
  Cdn spec;
  std::vector<NodeIndex> nodes;              // kOwn only
  std::vector<CellRanking> ranking_of_cell;  // by cell; kOwn only
};

struct CompiledPublishPoint {
  PublishPoint spec;
  std::vector<CdnIndex> push_cdns;
  std::vector<TranscodeTemplate> tiers;  // best first, one a tier
  Tier default_tier = Tier::kOrigin;     // the policy's, or the middle one; always one of `tiers`
  bool policy_sets_default = false;      // it has one, and that one is offered
  std::vector<GradeRule> by_grade;  // by grade_max, smallest first; tiers that are offered only
};

struct Snapshot {
  int64_t revision = 0;

  // Never null.
  std::shared_ptr<const ipdb::PrefixTable> places;

  // By name.
  std::vector<CompiledNode> nodes;
  std::vector<CompiledCdn> cdns;
  // Out: disabled, or kOwn without nodes. A last resort: kOwn, and every node is drained or down.
  std::vector<CdnBucket> cdn_buckets;
  std::vector<CompiledName> names;
  absl::flat_hash_map<std::string, CompiledPublishPoint> publish_points;

  // The most specific first: the first that matches is the one.
  std::vector<CompiledRatioRule> ratio_rules;

  zone::ZoneSet zones;

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
  // wildcard one label up. Null when there is none.
  NameMatch FindName(absl::string_view name) const;

  // Lower-case fully qualified name → index into `names`.
  absl::flat_hash_map<std::string, uint32_t> name_index;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SNAPSHOT_SNAPSHOT_H_
