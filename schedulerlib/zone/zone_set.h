// ZoneSet: the zones that this server is authoritative for, compiled for lookup by wire-form name.
//
//   const Lookup found = zones.Find(name);  // RFC 1034 §4.3.2 up to the node
//   if (found.match == Match::kName) Use(found.node->Find(type));
//
// A zone has static RRsets, read from RFC 1035 master text, and scheduled names, whose addresses
// are decided per client. Copies share one body. Thread rule: immutable after Build; any number of
// threads may read.
#ifndef SCHEDULERLIB_ZONE_ZONE_SET_H_
#define SCHEDULERLIB_ZONE_ZONE_SET_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/zone/dns_name.h"
#include "schedulerlib/zone/rrset.h"

namespace nearcast::scheduler::zone {

inline constexpr uint32_t kNoNode = UINT32_MAX;

// Whether a referral without these addresses is of use (RFC 9471 §2): in-domain glue is required,
// other is a courtesy.
enum class GlueNeed : uint8_t { kRequired, kOptional };

// The addresses of one name server of a delegation, at `node`.
struct Glue {
  uint32_t node = kNoNode;
  uint32_t host_at = 0;  // where the server's name stands in the NS RrSet's `records`
  GlueNeed need = GlueNeed::kOptional;
};

// One name that exists, if only because something lies below it (RFC 4592 §2.2.2).
struct Node {
  uint32_t zone = 0;
  uint8_t name_bytes = 0;  // of its wire form: at most 255

  // The topmost delegation at or above the name, itself included; kNoNode inside the zone.
  uint32_t cut = kNoNode;
  // The "*" below this name.
  uint32_t wildcard = kNoNode;
  // For a zone's apex: the same name seen from the zone above it, if that is ours as well; it has
  // the DS records.
  uint32_t parent_side = kNoNode;

  std::optional<ScheduledNameIndex> scheduled;
  std::vector<RrSet> rrsets;  // by type
  std::vector<Glue> glue;     // of a delegation; required ones first

  const RrSet* Find(uint16_t type) const {
    for (const RrSet& set : rrsets) {
      if (set.type == type) return &set;
    }
    return nullptr;
  }
};

struct Zone {
  DnsName name;
  uint32_t apex = kNoNode;

  // The SOA as negative answers carry it: with TTL = min(its TTL, MINIMUM) (RFC 2308 §3 and §5).
  RrSet negative_soa;
};

enum class Match : uint8_t {
  kNotOurs,     // no zone of ours has the name
  kName,        // the name exists: `node`, which may be empty
  kWildcard,    // `node` is the wildcard that stands for the name (RFC 4592 §3.3)
  kDelegation,  // at or below the delegation `node`
  kMissing,     // the zone has no such name and nothing below it (RFC 8020)
};

// `zone` and `node` are null where the match gives none.
struct Lookup {
  Match match = Match::kNotOurs;
  const Zone* zone = nullptr;
  const Node* node = nullptr;
};

class ZoneSet {
 public:
  // No zone: everything is kNotOurs.
  ZoneSet();

  // Full name of a scheduled name, lower case, without the dot at the end → its ScheduledNameIndex.
  using NameIndex = absl::flat_hash_map<std::string, uint32_t>;

  // Every domain must be valid (validate_domain.h finds nothing); of two with the same name the
  // first counts. A zone may lie inside another: the deepest answers. A scheduled name that is not
  // in `name_index` exists without addresses.
  static ZoneSet Build(const std::vector<Domain>& domains, const NameIndex& name_index);

  // `name` is in wire form and lower case. At most one hash lookup for a name that exists, else one
  // for each label as far as the deepest name goes. No allocation.
  Lookup Find(absl::string_view name) const;

  // A node by index, as in Node and Glue.
  const Node& node(uint32_t index) const { return body_->nodes[index]; }
  const Zone& zone(uint32_t index) const { return body_->zones[index]; }
  size_t zone_count() const { return body_->zones.size(); }

 private:
  friend class ZoneSetBuilder;

  struct Body {
    std::vector<Zone> zones;
    std::vector<Node> nodes;
    absl::flat_hash_map<std::string, uint32_t> node_of_name;
    size_t labels_max = 0;  // of any name in node_of_name
  };

  explicit ZoneSet(std::shared_ptr<const Body> body);

  Lookup FindAbove(absl::string_view name) const;
  Lookup At(const Node& node, Match match) const;

  std::shared_ptr<const Body> body_;
};

}  // namespace nearcast::scheduler::zone

#endif  // SCHEDULERLIB_ZONE_ZONE_SET_H_
