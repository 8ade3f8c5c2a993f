// ChooseSubnet: what an upstream is told about a client, and so for whom its answer is asked.
//
// A cell of the IP database is one place and ISP: clients that upstreams have no reason to tell
// apart. So the subnet is the block of addresses around the client that lies in one cell. One query
// then serves the whole block, and one answer is kept for it ("per name and cell"), whatever longer
// scope the upstream gives (RFC 7871 §7.3.1: what was asked for a subnet holds for all of it); a
// shorter scope shares it further. Never longer than /24 and /56 (§11.1: no more than is needed
// about a person), never shorter than /16 and /32, that a coarse database does not blur a vendor's
// better one, and /24 and /56 where the database knows nothing.
//
// Addresses that mean nothing outside (private, loopback, link-local: §10) give a subnet of length 0.
// Pure.
#ifndef SERVICES_UPSTREAM_CLIENT_SUBNET_H_
#define SERVICES_UPSTREAM_CLIENT_SUBNET_H_

#include "ipdb/ip_address.h"
#include "ipdb/ip_prefix.h"
#include "ipdb/prefix_table.h"

namespace nearcast::upstream {

ipdb::IpPrefix ChooseSubnet(const ipdb::IpAddress& client, const ipdb::PrefixTable& places);

}  // namespace nearcast::upstream

#endif  // SERVICES_UPSTREAM_CLIENT_SUBNET_H_
