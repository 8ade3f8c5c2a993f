// Arbitrary bytes as a query, over UDP, TCP, TLS or HTTPS: no crash, a reply within its bounds that
// decodes, and the query's ID.
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "base/check.h"
#include "services/dns/answer.h"
#include "services/dns/decoded_message.h"
#include "services/dns/message.h"
#include "services/dns/sample_snapshot.h"

namespace nearcast::dns {
namespace {

// Follows from the octets: each input has one, and its mutants have all.
Transport TransportOf(std::span<const uint8_t> packet) {
  return static_cast<Transport>(std::accumulate(packet.begin(), packet.end(), 0u) % 4);
}

// Exactly as long as promised, so that the sanitizer sees an octet too many.
std::span<uint8_t> RoomFor(Transport transport) {
  static std::vector<uint8_t> udp(kUdpBytesMax);
  static std::vector<uint8_t> stream(kTcpBytesMax);
  return transport == Transport::kUdp ? udp : stream;
}

void CheckAnswer(const scheduler::Snapshot& snapshot, std::span<const uint8_t> packet) {
  static Counters counters;
  const uint64_t requests = counters.OutcomeSum();
  const std::span<uint8_t> out = RoomFor(TransportOf(packet));
  static const AnswerOptions options{
      .nsid = "fuzz", .cookies = CookieSecrets{}, .cookie_demand = CookieDemand::kWhoSendsCookies};
  // Less than comes: some replies are limited, most are not.
  static RateLimiter limiter({.replies_per_s = 500, .burst = 1000, .slip = 2});
  limiter.SetNow(absl::Milliseconds(static_cast<int64_t>(requests)));
  ReplyFacts facts;
  const Request request = {.packet = packet,
                           .source = ipdb::IpAddress::FromV4(0x0ed7b127),
                           .transport = TransportOf(packet),
                           .now_s = 1559731985,
                           .options = &options,
                           .limiter = &limiter,
                           .facts = &facts};
  const size_t bytes = Answer(snapshot, request, out, counters);
  NC_CHECK(counters.OutcomeSum() == requests + 1);
  if (bytes == 0) return;
  NC_CHECK(bytes <= out.size());
  const absl::StatusOr<DecodedMessage> reply = DecodeMessage(out.first(bytes));
  NC_CHECK(reply.ok());
  NC_CHECK((reply->flags & 0x8000) != 0);
  NC_CHECK(reply->id == (packet[0] << 8 | packet[1]));
}

}  // namespace
}  // namespace nearcast::dns

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const snapshot = new std::shared_ptr<const nearcast::scheduler::Snapshot>(
      nearcast::dns::BuildSampleSnapshot());
  nearcast::dns::CheckAnswer(**snapshot, {data, size});
  return 0;
}
