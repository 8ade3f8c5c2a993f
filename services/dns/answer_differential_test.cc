// libldns as the second opinion: what it reads in a reply must be what our own decoder reads there.
#include <gtest/gtest.h>
#include <ldns/ldns.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/dns/answer.h"
#include "services/dns/decoded_message.h"
#include "services/dns/message.h"
#include "services/dns/query_text.h"
#include "services/dns/sample_snapshot.h"

namespace nearcast::dns {
namespace {

// One line a record: owner, type, class, TTL, RDATA in hex.
std::string Line(absl::string_view owner, int type, int record_class, uint32_t ttl_s,
                 absl::string_view rdata) {
  return absl::StrCat(owner, " ", type, " ", record_class, " ", ttl_s, " ",
                      absl::BytesToHexString(rdata), "\n");
}

std::string ByUs(const DecodedMessage& message) {
  std::string text = absl::StrCat(message.id, " ", message.flags, "\n");
  for (const std::vector<DecodedRecord>& section : message.sections) {
    for (const DecodedRecord& record : section) {
      // libldns keeps the OPT record's fields, but not the record.
      if (record.type == LDNS_RR_TYPE_OPT && &section == &message.sections[3]) {
        absl::StrAppend(&text, "edns ", record.record_class, " ", record.ttl_s >> 24, " ",
                        record.ttl_s & 0x8000, " ", absl::BytesToHexString(record.rdata), "\n");
        continue;
      }
      absl::StrAppend(
          &text, Line(record.owner, record.type, record.record_class, record.ttl_s, record.rdata));
    }
  }
  return text;
}

std::string LdnsText(const ldns_rr* rr) {
  char* const owner = ldns_rdf2str(ldns_rr_owner(rr));
  const std::unique_ptr<ldns_buffer, void (*)(ldns_buffer*)> buffer(ldns_buffer_new(65535),
                                                                    ldns_buffer_free);
  if (!ldns_rr_is_question(rr)) {
    EXPECT_EQ(ldns_rr_rdata2buffer_wire(buffer.get(), rr), LDNS_STATUS_OK);
  }
  const std::string text = Line(owner, ldns_rr_get_type(rr), ldns_rr_get_class(rr),
                                ldns_rr_is_question(rr) ? 0 : ldns_rr_ttl(rr),
                                {reinterpret_cast<const char*>(ldns_buffer_begin(buffer.get())),
                                 ldns_buffer_position(buffer.get())});
  free(owner);
  return text;
}

int Flags(const ldns_pkt* packet) {
  return ldns_pkt_qr(packet) << 15 | ldns_pkt_get_opcode(packet) << 11 | ldns_pkt_aa(packet) << 10 |
         ldns_pkt_tc(packet) << 9 | ldns_pkt_rd(packet) << 8 | ldns_pkt_ra(packet) << 7 |
         ldns_pkt_ad(packet) << 5 | ldns_pkt_cd(packet) << 4 | (ldns_pkt_get_rcode(packet) & 0xf);
}

std::string EdnsData(const ldns_pkt* packet) {
  const ldns_rdf* data = ldns_pkt_edns_data(packet);
  if (data == nullptr) return "";
  return std::string(reinterpret_cast<const char*>(ldns_rdf_data(data)), ldns_rdf_size(data));
}

// Nothing if libldns does not read it.
std::optional<std::string> ByLdns(std::span<const uint8_t> bytes) {
  ldns_pkt* raw = nullptr;
  if (ldns_wire2pkt(&raw, bytes.data(), bytes.size()) != LDNS_STATUS_OK) return std::nullopt;
  const std::unique_ptr<ldns_pkt, void (*)(ldns_pkt*)> packet(raw, ldns_pkt_free);
  std::string text = absl::StrCat(ldns_pkt_id(raw), " ", Flags(raw), "\n");
  for (const ldns_rr_list* section : {ldns_pkt_question(raw), ldns_pkt_answer(raw),
                                      ldns_pkt_authority(raw), ldns_pkt_additional(raw)}) {
    for (size_t i = 0; i < ldns_rr_list_rr_count(section); ++i) {
      absl::StrAppend(&text, LdnsText(ldns_rr_list_rr(section, i)));
    }
  }
  if (ldns_pkt_edns(raw)) {
    absl::StrAppend(&text, "edns ", ldns_pkt_edns_udp_size(raw), " ",
                    ldns_pkt_edns_extended_rcode(raw), " ", ldns_pkt_edns_do(raw) ? 0x8000 : 0, " ",
                    absl::BytesToHexString(EdnsData(raw)), "\n");
  }
  return text;
}

// Names with octets that texts spell in several ways.
bool HasOddName(const DecodedMessage& message) {
  static constexpr char kPlain[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_*.";
  for (const DecodedRecord& question : message.sections[0]) {
    if (question.owner.find_first_not_of(kPlain) != std::string::npos) return true;
  }
  return false;
}

class RandomQueries {
 public:
  // Names of the sample zone and near it, any type, any options.
  std::vector<uint8_t> Next() {
    static const char* const kNames[] = {"pull",  "www",     "chain",   "dead",    "away", "x.sub",
                                         "sub",   "text",    "mail",    "q.wild",  "b.c",  "many",
                                         "zz",    "a.zz",    "x.play",  "intosub", "ns1",  "web",
                                         "mixed", "tomixed", "x.stream"};
    static const int kTypes[] = {1, 2, 5, 6, 13, 15, 16, 28, 43, 65, 255, 252, 4000};
    std::string text = absl::StrCat(kNames[Below(std::size(kNames))], ".live.example TYPE",
                                    kTypes[Below(std::size(kTypes))]);
    if (Below(2) == 0) absl::StrAppend(&text, " +rd");
    if (Below(3) == 0) absl::StrAppend(&text, " +edns=", Below(5000));
    if (Below(4) == 0) absl::StrAppend(&text, " +do");
    if (Below(3) == 0)
      absl::StrAppend(&text, " +ecs=", 1 + Below(223), ".96.", Below(256), ".0/24");
    return BuildQuery(text);
  }

  void Mutate(std::vector<uint8_t>& packet) {
    for (size_t i = Below(4); i > 0; --i) packet[2 + Below(packet.size() - 2)] = Byte();
    if (Below(8) == 0) packet.resize(12 + Below(packet.size() - 12));
  }

  size_t Below(size_t bound) { return random_() % bound; }
  uint8_t Byte() { return static_cast<uint8_t>(random_()); }

 private:
  std::mt19937 random_{20260729};
};

TEST(AnswerDifferentialTest, LdnsReadsWhatWeMeant) {
  const std::shared_ptr<const scheduler::Snapshot> snapshot = BuildSampleSnapshot();
  RandomQueries queries;
  Counters counters;
  std::vector<uint8_t> out(kTcpBytesMax);
  int replies = 0;
  int read_by_ldns = 0;
  for (int round = 0; round < 40000; ++round) {
    std::vector<uint8_t> packet = queries.Next();
    const bool is_mutated = round % 2 == 0;
    if (is_mutated) queries.Mutate(packet);
    const Transport transport = round % 5 == 0 ? Transport::kTcp : Transport::kUdp;
    const ipdb::IpAddress source = ipdb::IpAddress::FromV4(0x0ed7b127);
    const size_t bytes = Answer(*snapshot, {packet, source, transport}, out, counters);
    if (bytes == 0) continue;
    ++replies;
    const std::span<const uint8_t> reply = std::span<const uint8_t>(out).first(bytes);
    const absl::StatusOr<DecodedMessage> decoded = DecodeMessage(reply);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    const std::optional<std::string> by_ldns = ByLdns(reply);
    EXPECT_TRUE(by_ldns.has_value() || is_mutated);
    if (!by_ldns.has_value() || HasOddName(*decoded)) continue;
    ++read_by_ldns;
    ASSERT_EQ(ByUs(*decoded), *by_ldns) << absl::BytesToHexString(
        absl::string_view(reinterpret_cast<const char*>(packet.data()), packet.size()));
  }
  EXPECT_GT(replies, 30000);
  EXPECT_GT(read_by_ldns, replies * 8 / 10);
}

}  // namespace
}  // namespace nearcast::dns
