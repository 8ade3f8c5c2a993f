// The steps of a scheduled name's decision in words: prefix override, place rule, measurements,
// region group, fallback row, switches, ranking, scope.
#ifndef SCHEDULERLIB_EXPLAIN_NAME_STEPS_H_
#define SCHEDULERLIB_EXPLAIN_NAME_STEPS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ipdb/ip_address.h"
#include "schedulerlib/place/ranking.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/node_choice.h"

namespace nearcast::scheduler {

// No more switches than this are told of that do not apply.
inline constexpr size_t kToldNameSwitchesMax = 50;

// What the name is, and how long its answers hold.
std::string NameStep(const Snapshot& snapshot, const CompiledName& name);

// Of the switches that turn off nodes which the name may answer: those that apply to the client and
// what they do, then those that do not and why. `place` is the client's.
std::vector<std::string> NameSwitchSteps(const Snapshot& snapshot, const CompiledName& name,
                                         const ClientPlace& place, const ipdb::IpAddress& client);

// Where the client is, and what an override, the nearness policy and measurements say of that
// place. The last two only where they say something.
std::vector<std::string> PlaceSteps(const Snapshot& snapshot, absl::string_view who,
                                    const ipdb::IpAddress& address, const ClientPlace& place);

// What decided the answers of the client's cell; of a divided one `place.cell` is the client's part.
std::string CauseStep(const Snapshot& snapshot, const Snapshot::NameMatch& match,
                      const ClientPlace& place, const CellRanking& ranking);

// "prefix-override", "measured", or the table's rung.
std::string RungText(const Ranked& ranked);

// What of a node's cost is not in its rung's name: ", announces to the client's ISP by BGP",
// ", same-isp by the table", ", +5.0 ms for its load"; empty when there is nothing.
std::string CostText(const Ranked& ranked);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_EXPLAIN_NAME_STEPS_H_
