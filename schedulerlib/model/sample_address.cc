#include "schedulerlib/model/sample_address.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace nearcast::scheduler {
namespace {

absl::Status Refusal(absl::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("is no address to connect to: \"", text,
                   "\"; write it as 192.0.2.1, 192.0.2.1:443 or [2001:db8::1]:443"));
}

}  // namespace

std::string SampleAddress::ToString() const {
  return address.is_v4() ? absl::StrCat(address.ToString(), ":", port)
                         : absl::StrCat("[", address.ToString(), "]:", port);
}

absl::StatusOr<SampleAddress> ParseSampleAddress(absl::string_view text) {
  SampleAddress sample;
  absl::string_view host = text;
  absl::string_view port;
  if (absl::ConsumePrefix(&host, "[")) {
    const size_t end = host.find(']');
    if (end == absl::string_view::npos) return Refusal(text);
    port = host.substr(end + 1);
    host = host.substr(0, end);
    if (port == ":" || (!port.empty() && !absl::ConsumePrefix(&port, ":"))) return Refusal(text);
  } else if (std::count(host.begin(), host.end(), ':') == 1) {
    port = host.substr(host.find(':') + 1);
    host = host.substr(0, host.find(':'));
    if (port.empty()) return Refusal(text);
  }
  const auto address = ipdb::ParseIpAddress(host);
  if (!address.ok()) return Refusal(text);
  sample.address = *address;
  if (port.empty()) return sample;
  uint32_t number = 0;
  if (!absl::SimpleAtoi(port, &number) || number < 1 || number > 65535) return Refusal(text);
  sample.port = static_cast<uint16_t>(number);
  return sample;
}

}  // namespace nearcast::scheduler
