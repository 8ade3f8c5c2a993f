// Arbitrary bytes as a DNS query over HTTPS: one of the statuses that there are, and with 200 a
// reply that decodes and says how fresh it is. The first octet chooses: even for GET, whose query
// string follows, odd for POST, whose body follows.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "base/check.h"
#include "base/fake_clock.h"
#include "base/snapshot_holder.h"
#include "services/dns/decoded_message.h"
#include "services/dns/doh.h"
#include "services/dns/sample_snapshot.h"

namespace nearcast::dns {
namespace {

class Front {
 public:
  Front() { doh_.Register(&router_); }

  void Check(http::Method method, absl::string_view text) {
    request_.Clear();
    request_.method = method;
    request_.path = kDohPath;
    (method == http::Method::kGet ? request_.query : request_.body) = text;
    request_.headers.push_back({"Content-Type", kDohType});
    request_.client = ipdb::IpAddress::FromV4(0x0ed7b127);
    response_.Clear();
    router_.Find(method, kDohPath).endpoint->now(request_, response_);
    if (response_.status != 200) {
      NC_CHECK(response_.status == 400 || response_.status == 413);
      return;
    }
    NC_CHECK(absl::StrContains(response_.headers, "max-age="));
    NC_CHECK(DecodeMessage(
                 {reinterpret_cast<const uint8_t*>(response_.body.data()), response_.body.size()})
                 .ok());
  }

 private:
  const SnapshotHolder<scheduler::Snapshot> snapshots_{BuildSampleSnapshot()};
  const FakeClock clock_{absl::FromUnixSeconds(1559731985)};
  const AnswerOptions options_{.nsid = "fuzz", .cookies = CookieSecrets{}};
  Doh doh_{&snapshots_, &clock_, &options_, 1};
  http::Router router_;
  http::Request request_;
  http::Response response_;
};

}  // namespace
}  // namespace nearcast::dns

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using nearcast::http::Method;
  if (size == 0) return 0;
  static auto* const front = new nearcast::dns::Front();
  front->Check(data[0] % 2 == 0 ? Method::kGet : Method::kPost,
               {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
