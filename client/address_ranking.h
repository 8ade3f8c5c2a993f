// Ranking: addresses in the order in which to try them, by measured TCP connect time. Pure.
//
// Times are compared in steps of kRankStep, and equal ones keep the server's order: that order
// carries the server's weights, and noise of a millisecond must not overrule them. An address that
// could not be connected to comes last, after all that could, again in the server's order; it stays
// in the list, because a port that is closed for the probe may be open for the app.
#ifndef CLIENT_ADDRESS_RANKING_H_
#define CLIENT_ADDRESS_RANKING_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace nearcast::client {

inline constexpr absl::Duration kRankStep = absl::Milliseconds(5);

// `connect_times` has one entry for each address, nothing where the connection failed. Returns a
// permutation of `addresses`.
std::vector<std::string> RankAddresses(
    std::span<const std::string> addresses,
    std::span<const std::optional<absl::Duration>> connect_times);

}  // namespace nearcast::client

#endif  // CLIENT_ADDRESS_RANKING_H_
