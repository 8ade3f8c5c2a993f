// Arbitrary bytes as an upstream's reply: no crash, and whatever is taken from them is within its
// bounds. The first octet says what was asked.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/check.h"
#include "ipdb/ip_prefix.h"
#include "services/upstream/query.h"
#include "services/upstream/reply.h"

namespace nearcast::upstream {
namespace {

Query QueryOf(uint8_t choice) {
  const bool is_v4 = (choice & 1) == 0;
  Question question{.name = "www.vendor.example",
                    .type = is_v4 ? RecordType::kA : RecordType::kAaaa};
  question.subnet = *ipdb::ParseIpPrefix(is_v4 ? "14.215.0.0/16" : "2001:db8:1:200::/56");
  const Edns edns = (choice & 2) == 0 ? Edns::kWithSubnet : Edns::kNone;
  return BuildQuery(question, edns, {.id = 0x1234, .case_bits = {}});
}

void CheckReply(const Query& query, std::span<const uint8_t> bytes) {
  const Reply reply = ParseReply(query, bytes);
  NC_CHECK(reply.scope_bits <= (query.subnet.address.is_v4() ? 32 : 128));
  NC_CHECK(reply.answer.ipv4.size() + reply.answer.ipv6.size() <= kAddressesMax);
  NC_CHECK((reply.kind == Reply::Kind::kAlias) == !reply.alias.empty());
  NC_CHECK(reply.alias.size() <= 253);
  if (reply.kind == Reply::Kind::kAlias) {
    BuildQuery({reply.alias, query.type, {}}, Edns::kNone, {});  // it can be asked for
  }
  if (reply.kind != Reply::Kind::kAnswer) NC_CHECK(reply.answer.ipv4.empty());
}

}  // namespace
}  // namespace nearcast::upstream

// As it came, and as the rest of a message whose head is right: else few inputs get past it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using nearcast::upstream::Query;
  if (size == 0) return 0;
  const Query query = nearcast::upstream::QueryOf(data[0]);
  const std::vector<uint8_t> whole(data + 1, data + size);
  nearcast::upstream::CheckReply(query, whole);
  if (whole.size() < 7) return 0;
  // QR and RCODE, three counts, then what follows the question.
  std::vector<uint8_t> message = {0x12, 0x34,     0x81, whole[0], 0, 1,
                                  0,    whole[1], 0,    whole[2], 0, whole[3]};
  message.insert(message.end(), query.question().begin(), query.question().end());
  message.insert(message.end(), whole.begin() + 4, whole.end());
  nearcast::upstream::CheckReply(query, message);
  return 0;
}
