// A sample's address as operators write it: "192.0.2.1", "192.0.2.1:443", "2001:db8::1",
// "[2001:db8::1]:443".
#ifndef SCHEDULERLIB_MODEL_SAMPLE_ADDRESS_H_
#define SCHEDULERLIB_MODEL_SAMPLE_ADDRESS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ipdb/ip_address.h"

namespace nearcast::scheduler {

struct SampleAddress {
  static constexpr uint16_t kDefaultPort = 80;

  ipdb::IpAddress address;
  uint16_t port = kDefaultPort;

  // With its port, always: one address has one text.
  std::string ToString() const;
};

// INVALID_ARGUMENT says what is expected.
absl::StatusOr<SampleAddress> ParseSampleAddress(absl::string_view text);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_MODEL_SAMPLE_ADDRESS_H_
