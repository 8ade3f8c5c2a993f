// SwitchedPlaces: the switches of nodes and CDNs, as far as they reach the clients of scheduled names.
//
// Of such a client its place is known and the network that asks: a switch whose match needs nothing
// else (countries, regions, ISPs, percentage) applies to it, any other does not. Everything is worked
// out here per cell of the client table, so that answers are compiled with it: which nodes are off for
// a cell and, where percentages meet, how its clients are divided (division.h). Percentages are drawn
// over networks, /24 and /56: the same network is always in or always out, and a greater share has
// every network that a smaller one of the same salt has. Thread rule: immutable.
#ifndef SCHEDULERLIB_SWITCHES_SWITCHED_PLACES_H_
#define SCHEDULERLIB_SWITCHES_SWITCHED_PLACES_H_

#include <bitset>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "ipdb/ip_address.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/place/client_table.h"
#include "schedulerlib/place/division.h"
#include "schedulerlib/place/off_nodes.h"
#include "schedulerlib/switches/switch_board.h"

namespace nearcast::scheduler {

// A cell is divided into no more parts than this. Of the percentages that meet there those that would
// make more, the last in the order of priority and name, do not apply.
inline constexpr uint32_t kPartsMax = 32;

// Whether a match needs nothing that is not known of a name's client.
bool ReachesNames(const CompiledMatch& match);

struct SwitchedPlacesInput {
  const SwitchBoard* board = nullptr;
  std::vector<CdnIndex> cdn_of_node;  // by NodeIndex
  std::vector<bool> is_answered;      // by CdnIndex: names may give nodes of it
  std::shared_ptr<const ClientTable> clients;
};

// The switches of `input.board`, as places there, that turn off what names may answer, reach names and
// have not expired at `now`: ascending, that is by priority, then name.
std::vector<uint32_t> FindNameSwitches(const SwitchedPlacesInput& input, absl::Time now);

class SwitchedPlaces {
 public:
  // `switches` is what FindNameSwitches gave.
  SwitchedPlaces(const SwitchedPlacesInput& input, std::vector<uint32_t> switches);

  const std::vector<uint32_t>& switches() const { return switches_; }
  absl::Time expire_at() const { return expire_at_; }  // when the first of them ends

  // The input's, with the further parts of divided cells as its last cells.
  const std::shared_ptr<const ClientTable>& clients() const { return clients_; }
  // Null when no cell is divided.
  const std::shared_ptr<const CellDivisions>& divisions() const { return divisions_; }
  // By cell of clients(); null when nothing of the CDN is ever off.
  const OffTable* OffOf(CdnIndex cdn) const { return off_[cdn.value()].get(); }

  // The cell of clients() by which a client is answered: its part of `cell`.
  uint32_t PartOf(uint32_t cell, const ipdb::IpAddress& client) const;

  // Those of switches() that apply to a client of `cell`, a cell of the input's clients.
  std::vector<uint32_t> AppliedTo(uint32_t cell, const ipdb::IpAddress& client) const;
  // That match there, but would divide the cell into too many parts.
  const std::vector<uint32_t>& RefusedAt(uint32_t cell) const {
    return meetings_[meeting_of_cell_[cell]].refused;
  }
  // At how many cells some are.
  size_t refused_cells() const { return refused_cells_; }

 private:
  using Share = std::bitset<kShareSlots>;

  // The switches that match at some cells, and what follows.
  struct Meeting {
    std::vector<uint32_t> whole;   // apply to everyone
    std::vector<uint32_t> shared;  // to a share
    std::vector<uint32_t> refused;
    std::vector<std::vector<uint32_t>> off_of_part;  // by part, by CDN: its set in OffTable::sets
    std::optional<uint32_t> division;
  };

  class Builder;

  std::vector<uint32_t> switches_;
  absl::Time expire_at_ = absl::InfiniteFuture();
  std::shared_ptr<const ClientTable> clients_;
  std::shared_ptr<const CellDivisions> divisions_;
  std::vector<std::shared_ptr<const OffTable>> off_;  // by CdnIndex
  std::vector<Meeting> meetings_;
  std::vector<uint32_t> meeting_of_cell_;
  absl::flat_hash_map<uint32_t, Share> shares_;  // by switch, of those with a percentage
  size_t refused_cells_ = 0;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SWITCHES_SWITCHED_PLACES_H_
