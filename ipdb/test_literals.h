// Addresses and networks as text, for tests: a typing error there ends the test.
#ifndef IPDB_TEST_LITERALS_H_
#define IPDB_TEST_LITERALS_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ipdb/ip_address.h"
#include "ipdb/ip_prefix.h"

namespace nearcast::ipdb {

inline IpAddress Ip(absl::string_view text) { return ParseIpAddress(text).value(); }
inline IpPrefix Net(absl::string_view text) { return ParseIpPrefix(text).value(); }

}  // namespace nearcast::ipdb

#endif  // IPDB_TEST_LITERALS_H_
