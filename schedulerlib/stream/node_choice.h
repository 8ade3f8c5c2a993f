// Which of an own CDN's nodes serves one client for one stream.
//
// The nodes are ranked for the client's place; among the equally near ones the stream chooses by
// rendezvous, so that viewers of one stream in one place meet on one node and it is pulled there
// once.
#ifndef SCHEDULERLIB_STREAM_NODE_CHOICE_H_
#define SCHEDULERLIB_STREAM_NODE_CHOICE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ipdb/ip_address.h"
#include "ipdb/location.h"
#include "ipdb/prefix_table.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/place/endpoint.h"
#include "schedulerlib/place/ranking.h"
#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast::scheduler {

// The place of a client: its cell, and the location that counts, which differs from the cell's when
// the client's ISP is known better than the IP database knows it.
struct ClientPlace {
  ipdb::CellId cell;
  ipdb::Location location;
  uint8_t scope_bits = 0;
  // The ranking that was made for `cell` holds for `location` too.
  bool is_cell = true;
  // Of the prefix that holds the client; null where none does. Lives as long as the snapshot.
  const ClientOverride* override = nullptr;
};

// `isp_override` empty = as the IP database says.
ClientPlace FindPlace(const Snapshot& snapshot, const ipdb::IpAddress& address,
                      const std::string& isp_override);

// What was ranked for the place's cell; null for a CDN without nodes, and where the place is none.
const CellRanking* FindRanking(const Snapshot& snapshot, CdnIndex cdn, const ClientPlace& place);

// As CellRanking has them; empty for a CDN without nodes.
CellRanking RankFor(const Snapshot& snapshot, CdnIndex cdn, const ClientPlace& place);

// `ranking` without the nodes that are off. Nothing where no node would be left that is not down, while
// one of `ranking` is not: then switches give way. A drained node does serve.
std::optional<CellRanking> WithoutOff(const CellRanking& ranking, std::span<const NodeIndex> off);

// The nodes in the order to use them, at most `nodes_max`.
std::vector<NodeIndex> ChooseNodesFor(const Snapshot& snapshot, const CellRanking& ranking,
                                      uint64_t stream_hash, uint32_t nodes_max);

// The first of them. No allocation.
std::optional<NodeIndex> ChooseNodeFor(const Snapshot& snapshot, const CellRanking& ranking,
                                       uint64_t stream_hash);

// Whose addresses the client is given: IPv4 for the unspecified client "::".
Family FamilyOf(const ipdb::IpAddress& client);

// As Endpoint's, for the client's own family.
std::string WriteHost(const CompiledNode& node, const ipdb::IpAddress& client, uint16_t port,
                      uint16_t default_port);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_NODE_CHOICE_H_
