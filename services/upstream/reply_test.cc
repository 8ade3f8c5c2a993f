#include "services/upstream/reply.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ipdb/ip_address.h"
#include "ipdb/ip_prefix.h"
#include "services/upstream/fake_upstream.h"
#include "services/upstream/query.h"

namespace nearcast::upstream {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr Secret kSecret{.id = 0x1234, .case_bits = {0x5a5a5a5a5a5a5a5a, 0x0f}};

Query Ask(RecordType type = RecordType::kA, const std::string& subnet = "14.215.0.0/16",
          Edns edns = Edns::kWithSubnet) {
  return BuildQuery({"www.vendor.example", type, *ipdb::ParseIpPrefix(subnet)}, edns, kSecret);
}

Bytes ReplyTo(const Query& query, const FakeReply& reply) {
  return BuildReply(ReadQuery(query.bytes, Carrier::kUdp), reply);
}

// "answer 60 /16 192.0.2.1 192.0.2.2", "nodata 30 /0", "noname 30 /0", "alias 60 /0 a.example", or
// the kind's name.
std::string Text(const Reply& reply) {
  static constexpr const char* kKinds[] = {"answer",    "alias",   "truncated", "no edns",
                                           "case lost", "subnet?", "refused",   "malformed"};
  std::string text = kKinds[static_cast<int>(reply.kind)];
  if (reply.kind > Reply::Kind::kAlias) return text;
  if (reply.answer.kind == Answer::Kind::kNoName) text = "noname";
  if (reply.kind == Reply::Kind::kAnswer && reply.answer.kind == Answer::Kind::kNoData) {
    text = "nodata";
  }
  absl::StrAppend(&text, " ", reply.answer.ttl_s, " /", static_cast<int>(reply.scope_bits));
  if (!reply.alias.empty()) absl::StrAppend(&text, " ", reply.alias);
  for (const auto& a : reply.answer.ipv4) {
    absl::StrAppend(&text, " ", ipdb::IpAddress::FromV4Bytes(a).ToString());
  }
  for (const auto& a : reply.answer.ipv6) {
    absl::StrAppend(&text, " ", ipdb::IpAddress::FromV6Bytes(a).ToString());
  }
  return text;
}

std::string Parsed(const Query& query, const FakeReply& reply) {
  return Text(ParseReply(query, ReplyTo(query, reply)));
}

TEST(QueryTest, SaysWhatItIsAndForWhom) {
  const FakeQuery v4 = ReadQuery(Ask().bytes, Carrier::kUdp);
  EXPECT_EQ(v4.text(), "www.vendor.example A 14.215.0.0/16");
  EXPECT_EQ(v4.bytes[0] << 8 | v4.bytes[1], 0x1234);
  EXPECT_EQ(v4.bytes[2] & 1, 1);  // RD
  EXPECT_EQ(ReadQuery(Ask(RecordType::kAaaa, "2001:db8:1:200::/56").bytes, Carrier::kUdp).text(),
            "www.vendor.example AAAA 2001:db8:1:200::/56");
  EXPECT_EQ(ReadQuery(Ask(RecordType::kA, "14.208.0.0/12").bytes, Carrier::kUdp).text(),
            "www.vendor.example A 14.208.0.0/12");
  EXPECT_EQ(ReadQuery(Ask(RecordType::kA, "0.0.0.0/0").bytes, Carrier::kUdp).text(),
            "www.vendor.example A");
  EXPECT_EQ(
      ReadQuery(Ask(RecordType::kA, "14.215.0.0/16", Edns::kNone).bytes, Carrier::kUdp).text(),
      "www.vendor.example A plain");
}

TEST(QueryTest, LettersFollowTheSecret) {
  const Query query = Ask();
  std::string name;
  for (size_t i = 1; i < query.question().size() - 5; ++i) {
    name.push_back(static_cast<char>(query.question()[i]));
  }
  EXPECT_EQ(name.substr(0, 3), "wWw");  // 0, 1, 0
}

TEST(ReplyTest, ReadsEachKind) {
  const std::vector<std::string> soa = {"vendor.example 900 SOA 30"};
  const struct {
    const char* name;
    FakeReply reply;
    const char* parsed;
  } kRows[] = {
      {"addresses",
       {.records = {"www.vendor.example 60 A 192.0.2.1", "www.vendor.example 60 A 192.0.2.2"},
        .scope_bits = 24},
       "answer 60 /24 192.0.2.1 192.0.2.2"},
      {"no option: for everybody",
       {.records = {"www.vendor.example 60 A 192.0.2.1"}},
       "answer 60 /0 192.0.2.1"},
      {"a chain in any order, with the smallest TTL",
       {.records = {"b.vendor.example 70 A 192.0.2.1", "a.vendor.example 20 CNAME b.vendor.example",
                    "WWW.vendor.example 60 CNAME a.vendor.example"},
        .scope_bits = 16},
       "answer 20 /16 192.0.2.1"},
      {"a chain without an end here",
       {.records = {"www.vendor.example 60 CNAME a.cdn.example",
                    "a.cdn.example 30 CNAME B.cdn.example"},
        .scope_bits = 8},
       "alias 30 /8 b.cdn.example"},
      {"records of others",
       {.records = {"other.example 60 A 192.0.2.9", "www.vendor.example 60 AAAA 2001:db8::1"},
        .authority = soa},
       "nodata 30 /0"},
      {"no such name", {.rcode = 3, .authority = soa}, "noname 30 /0"},
      {"a chain to no such name",
       {.rcode = 3, .records = {"www.vendor.example 10 CNAME a.example"}, .authority = soa},
       "noname 10 /0"},
      {"no data", {.authority = soa, .scope_bits = 0}, "nodata 30 /0"},
      {"no data, no SOA", {}, "nodata 0 /0"},
      {"a referral", {.authority = {"vendor.example 900 NS ns.vendor.example"}}, "refused"},
      {"a TTL with the first bit set",
       {.records = {"www.vendor.example 4294967295 A 192.0.2.1"}},
       "answer 0 /0 192.0.2.1"},
      {"a circle",
       {.records = {"www.vendor.example 60 CNAME a.example", "a.example 60 CNAME b.example",
                    "b.example 60 CNAME a.example"}},
       "malformed"},
      {"an alias of itself",
       {.records = {"www.vendor.example 60 CNAME www.vendor.example"}},
       "malformed"},
      {"an alias that is no host name",
       {.records = {"www.vendor.example 60 CNAME a\\032b.example"}},
       "malformed"},
      {"cut", {.truncated = true}, "truncated"},
      {"FORMERR", {.rcode = 1}, "no edns"},
      {"NOTIMP", {.rcode = 4}, "no edns"},
      {"SERVFAIL", {.rcode = 2}, "refused"},
      {"REFUSED", {.rcode = 5}, "refused"},
      {"a scope past the address", {.scope_bits = 33}, "subnet?"},
  };
  for (const auto& row : kRows) EXPECT_EQ(Parsed(Ask(), row.reply), row.parsed) << row.name;
}

TEST(ReplyTest, ReadsIpv6) {
  const FakeReply reply{
      .records = {"www.vendor.example 60 AAAA 2001:db8::1", "www.vendor.example 60 A 192.0.2.1"},
      .scope_bits = 48};
  EXPECT_EQ(Parsed(Ask(RecordType::kAaaa, "2001:db8:1:200::/56"), reply),
            "answer 60 /48 2001:db8::1");
}

TEST(ReplyTest, TakesAsManyAddressesAsAnyoneTries) {
  FakeReply reply;
  for (int i = 1; i <= 100; ++i) {
    reply.records.push_back(absl::StrCat("www.vendor.example 60 A 192.0.2.", i));
  }
  const Query query = Ask();
  EXPECT_EQ(ParseReply(query, ReplyTo(query, reply)).answer.ipv4.size(), kAddressesMax);
}

TEST(ReplyTest, RefusesWhatIsNotAboutTheQuery) {
  const Query query = Ask();
  const Bytes right =
      ReplyTo(query, {.records = {"www.vendor.example 60 A 192.0.2.1"}, .scope_bits = 16});
  const auto with = [&](size_t at, int octet) {
    Bytes bytes = right;
    bytes[at] = static_cast<uint8_t>(octet);
    return Text(ParseReply(query, bytes));
  };
  EXPECT_EQ(Text(ParseReply(query, right)), "answer 60 /16 192.0.2.1");
  EXPECT_EQ(with(0, 0x99), "malformed");  // ID
  EXPECT_EQ(with(2, 0x01), "malformed");  // a query
  EXPECT_EQ(with(2, 0xa1), "malformed");  // another opcode
  EXPECT_EQ(with(5, 2), "malformed");     // QDCOUNT
  EXPECT_EQ(with(13, right[13] ^ 0x20), "case lost");
  EXPECT_EQ(with(13, 'x'), "malformed");                            // another name
  EXPECT_EQ(with(12 + query.question_bytes - 3, 28), "malformed");  // another type
  EXPECT_EQ(with(right.size() - 1, 99), "subnet?");                 // the address in the option
  EXPECT_EQ(with(right.size() - 4, 24), "subnet?");                 // SOURCE
  EXPECT_EQ(with(right.size() - 5, 2), "subnet?");                  // family
  EXPECT_EQ(with(7, 200), "malformed");                             // more records than there are
}

TEST(ReplyTest, NoPrefixOfAReplyIsTakenForTheWhole) {
  const Query query = Ask();
  const Bytes right =
      ReplyTo(query, {.records = {"www.vendor.example 60 A 192.0.2.1"}, .scope_bits = 16});
  for (size_t bytes = 0; bytes < right.size(); ++bytes) {
    EXPECT_EQ(Text(ParseReply(query, std::span(right).first(bytes))), "malformed") << bytes;
  }
}

TEST(ReplyTest, PointersMayNotPointForward) {
  const Query query = Ask();
  Bytes bytes = ReplyTo(query, {});
  bytes[7] = 1;  // ANCOUNT
  bytes.resize(12 + query.question_bytes);
  bytes[11] = 0;  // ARCOUNT
  const size_t at = bytes.size();
  for (const int octet : {0xc0, static_cast<int>(at), 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 1, 2, 3, 4}) {
    bytes.push_back(static_cast<uint8_t>(octet));
  }
  EXPECT_EQ(Text(ParseReply(query, bytes)), "malformed");
  bytes[at + 1] = 12;
  EXPECT_EQ(Text(ParseReply(query, bytes)), "answer 60 /0 1.2.3.4");
}

}  // namespace
}  // namespace nearcast::upstream
