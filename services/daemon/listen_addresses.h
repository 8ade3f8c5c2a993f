// The addresses at which others reach what listens on one address: itself, or those of this host's
// interfaces when it is a wildcard.
#ifndef SERVICES_DAEMON_LISTEN_ADDRESSES_H_
#define SERVICES_DAEMON_LISTEN_ADDRESSES_H_

#include <string>
#include <vector>

#include "ipdb/ip_address.h"

namespace nearcast {

// Of the interfaces that are up.
std::vector<ipdb::IpAddress> ReadInterfaceAddresses();

// `listen` is what was bound: "0.0.0.0" gives every IPv4 address of `interfaces`, "::" every one of
// both families; loopback and link-local ones only when there is nothing else. Each once, in
// order. Empty when `listen` is no address.
std::vector<std::string> ChooseListenAddresses(const std::string& listen,
                                               const std::vector<ipdb::IpAddress>& interfaces);

}  // namespace nearcast

#endif  // SERVICES_DAEMON_LISTEN_ADDRESSES_H_
