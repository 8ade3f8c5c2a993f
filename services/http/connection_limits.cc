#include "services/http/connection_limits.h"

#include "base/check.h"

namespace nearcast::http {
namespace {

ipdb::IpAddress CountedAs(const ipdb::IpAddress& client) {
  if (client.is_v4()) return client;
  return ipdb::IpAddress::FromV6(absl::MakeUint128(absl::Uint128High64(client.v6()), 0));
}

}  // namespace

ConnectionLimits::Verdict ConnectionLimits::Admit(const ipdb::IpAddress& client) {
  absl::MutexLock lock(&mutex_);
  if (total_ >= total_max_) return Verdict::kOverTotalLimit;
  uint32_t& count = by_address_[CountedAs(client)];
  if (count >= per_address_max_) return Verdict::kOverAddressLimit;
  ++count;
  ++total_;
  return Verdict::kAdmitted;
}

void ConnectionLimits::Release(const ipdb::IpAddress& client) {
  absl::MutexLock lock(&mutex_);
  const auto it = by_address_.find(CountedAs(client));
  NC_CHECK(it != by_address_.end() && total_ > 0);
  --total_;
  if (--it->second == 0) by_address_.erase(it);
}

}  // namespace nearcast::http
