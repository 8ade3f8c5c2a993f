// Arbitrary bytes as a query, over UDP, TCP and TLS: no crash, a reply within its bounds that
// decodes, and the query's ID.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/check.h"
#include "services/dns/answer.h"
#include "services/dns/decoded_message.h"
#include "services/dns/message.h"
#include "services/dns/sample_snapshot.h"

namespace nearcast::dns {
namespace {

void CheckAnswer(const scheduler::Snapshot& snapshot, std::span<const uint8_t> packet,
                 Transport transport, size_t bytes_max) {
  static Counters counters;
  const uint64_t requests = counters.OutcomeSum();
  // Exactly as long as promised, so that the sanitizer sees an octet too many.
  std::vector<uint8_t> out(bytes_max);
  const ipdb::IpAddress source = ipdb::IpAddress::FromV4(0x0ed7b127);
  static const AnswerOptions options{
      .nsid = "fuzz", .cookies = CookieSecrets{}, .cookie_demand = CookieDemand::kWhoSendsCookies};
  static RateLimiter limiter({.replies_per_s = 1, .burst = 1000, .slip = 1});
  limiter.SetNow(absl::Milliseconds(static_cast<int64_t>(requests)));
  const Request request = {.packet = packet,
                           .source = source,
                           .transport = transport,
                           .now_s = 1559731985,
                           .options = &options,
                           .limiter = &limiter};
  const size_t bytes = Answer(snapshot, request, out, counters);
  NC_CHECK(counters.OutcomeSum() == requests + 1);
  if (bytes == 0) return;
  NC_CHECK(bytes <= bytes_max);
  const absl::StatusOr<DecodedMessage> reply =
      DecodeMessage(std::span<const uint8_t>(out).first(bytes));
  NC_CHECK(reply.ok());
  NC_CHECK((reply->flags & 0x8000) != 0);
  NC_CHECK(reply->id == (packet[0] << 8 | packet[1]));
}

}  // namespace
}  // namespace nearcast::dns

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using nearcast::dns::Transport;
  static const auto* const snapshot = new std::shared_ptr<const nearcast::scheduler::Snapshot>(
      nearcast::dns::BuildSampleSnapshot());
  const std::span<const uint8_t> packet(data, size);
  nearcast::dns::CheckAnswer(**snapshot, packet, Transport::kUdp, nearcast::dns::kUdpBytesMax);
  nearcast::dns::CheckAnswer(**snapshot, packet, Transport::kTcp, nearcast::dns::kTcpBytesMax);
  nearcast::dns::CheckAnswer(**snapshot, packet, Transport::kTls, nearcast::dns::kTcpBytesMax);
  return 0;
}
