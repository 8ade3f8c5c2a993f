#include "client/address_ranking.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>

#include "base/check.h"

namespace nearcast::client {
namespace {

int64_t FindStep(const std::optional<absl::Duration>& time) {
  return time ? *time / kRankStep : std::numeric_limits<int64_t>::max();
}

}  // namespace

std::vector<std::string> RankAddresses(
    std::span<const std::string> addresses,
    std::span<const std::optional<absl::Duration>> connect_times) {
  NC_CHECK(addresses.size() == connect_times.size());
  std::vector<size_t> order(addresses.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return FindStep(connect_times[a]) < FindStep(connect_times[b]);
  });
  std::vector<std::string> ranked;
  ranked.reserve(addresses.size());
  for (const size_t i : order) ranked.push_back(addresses[i]);
  return ranked;
}

}  // namespace nearcast::client
