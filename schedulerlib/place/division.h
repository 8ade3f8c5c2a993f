// Division: how the clients of a cell are divided by percentages.
//
// A client's network falls into one of kShareSlots slots; each slot belongs to one part of the cell,
// and each part is answered as if it were a cell of its own. The first part is the cell itself, the
// others are further cells, to which no address leads.
#ifndef SCHEDULERLIB_PLACE_DIVISION_H_
#define SCHEDULERLIB_PLACE_DIVISION_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/numeric/int128.h"
#include "ipdb/ip_address.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {

// What of an address is its network: where clients are told apart, everyone in it is one.
inline constexpr uint8_t kClientBitsV4 = 24;
inline constexpr uint8_t kClientBitsV6 = 56;

inline uint64_t NetworkOf(const ipdb::IpAddress& client) {
  return client.is_v4() ? client.v4() >> (32 - kClientBitsV4)
                        : absl::Uint128High64(client.v6()) >> (64 - kClientBitsV6);
}

inline uint8_t NetworkBits(const ipdb::IpAddress& client) {
  return client.is_v4() ? kClientBitsV4 : kClientBitsV6;
}

// Shares are right to 1/1024.
inline constexpr uint32_t kShareSlots = 1024;

// The slot of a client's network, the same for every address in it. Apart from the slot by which a
// name spreads over nodes, so that a share has clients of all of these.
inline uint32_t ShareSlotOf(const ipdb::IpAddress& client) {
  constexpr uint64_t kShareSalt = 0x7368617265;
  return MixHash(kShareSalt, NetworkOf(client)) % kShareSlots;
}

struct Division {
  std::array<uint8_t, kShareSlots> part_of_slot = {};

  uint32_t PartOf(const ipdb::IpAddress& client) const { return part_of_slot[ShareSlotOf(client)]; }
};

struct DividedCell {
  uint32_t cell = 0;
  uint32_t division = 0;       // its place in CellDivisions::divisions
  uint32_t parts = 2;          // at least 2
  uint32_t first_further = 0;  // the cell that is the second part; the others follow

  uint32_t CellOfPart(uint32_t part) const { return part == 0 ? cell : first_further + part - 1; }
};

struct CellDivisions {
  uint32_t client_cells = 0;  // further cells are numbered from here
  std::vector<Division> divisions;
  std::vector<DividedCell> cells;  // ascending by cell
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_PLACE_DIVISION_H_
