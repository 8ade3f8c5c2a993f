// What comes from outside: a server's reply, an error's body, a Date, a URL. No crash, and bounds that
// hold.
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "client/alibaba_v1.h"
#include "client/host_name.h"
#include "client/ip_url.h"
#include "client/server_time.h"

namespace nearcast::client {
namespace {

void ReadReply(absl::string_view text) {
  JudgeRefusal(text);
  const auto answers = ParseReply(text);
  if (!answers.ok()) return;
  NC_CHECK(!answers->empty());
  for (const NameAnswer& answer : *answers) {
    NC_CHECK(*ParseHostName(answer.name) == answer.name);
    NC_CHECK(answer.addresses.size() <= kAddressesMax);
    NC_CHECK(answer.ttl >= absl::Seconds(1) && answer.ttl <= absl::Hours(24));
    for (const auto& address : answer.addresses) NC_CHECK(FindFamily(address).has_value());
  }
}

void ReadUrl(absl::string_view text) {
  const auto made = Rewrite(text, "2001:db8::1");
  if (!made.ok()) return;
  NC_CHECK(*FindHost(made->url) == "2001:db8::1");
  NC_CHECK(made->host_header.find_first_of("\r\n /") == std::string::npos);
  NC_CHECK(*FindHost(text) == made->server_name);
}

}  // namespace
}  // namespace nearcast::client

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  nearcast::client::ReadReply(text);
  nearcast::client::ReadUrl(text);
  nearcast::client::ParseHttpDate(text);
  return 0;
}
