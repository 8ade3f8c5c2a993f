#include "client/system_dns.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace nearcast::client {
namespace {

int FamilyNumber(Families families) {
  switch (families) {
    case Families::kIpv4:
      return AF_INET;
    case Families::kIpv6:
      return AF_INET6;
    case Families::kBoth:
      return AF_UNSPEC;
  }
  return AF_UNSPEC;
}

std::vector<std::string> ReadAddresses(const addrinfo* list) {
  std::vector<std::string> addresses;
  for (; list != nullptr && addresses.size() < kAddressesMax; list = list->ai_next) {
    char text[NI_MAXHOST];
    if (getnameinfo(list->ai_addr, list->ai_addrlen, text, sizeof(text), nullptr, 0,
                    NI_NUMERICHOST) != 0) {
      continue;
    }
    if (std::find(addresses.begin(), addresses.end(), text) == addresses.end()) {
      addresses.push_back(text);
    }
  }
  return addresses;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> SystemDns::Resolve(const std::string& name,
                                                            Families families) {
  addrinfo hints{};
  hints.ai_family = FamilyNumber(families);
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(name.c_str(), nullptr, &hints, &list);
  if (error == EAI_NONAME || error == EAI_NODATA) {
    return absl::NotFoundError(absl::StrCat(name, ": LocalDNS knows no address"));
  }
  if (error != 0) {
    return absl::UnavailableError(absl::StrCat(name, ": LocalDNS: ", gai_strerror(error)));
  }
  std::vector<std::string> addresses = ReadAddresses(list);
  freeaddrinfo(list);
  if (addresses.empty()) {
    return absl::NotFoundError(absl::StrCat(name, ": LocalDNS knows no address"));
  }
  return addresses;
}

}  // namespace nearcast::client
