#include "schedulerlib/place/endpoint.h"

#include "absl/strings/str_cat.h"

namespace nearcast::scheduler {

std::string WriteHost(const Endpoint& endpoint, Family family, uint16_t port,
                      uint16_t default_port) {
  const auto& addresses = endpoint.addresses;
  auto at = std::find_if(addresses.begin(), addresses.end(), [family](const ipdb::IpAddress& a) {
    return a.is_v4() == (family == Family::kV4);
  });
  if (at == addresses.end()) at = addresses.begin();
  std::string host = at->is_v4() ? at->ToString() : absl::StrCat("[", at->ToString(), "]");
  if (port != default_port) absl::StrAppend(&host, ":", port);
  return host;
}

}  // namespace nearcast::scheduler
