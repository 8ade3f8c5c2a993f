#include "services/dns/answer.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/dns/decoded_message.h"
#include "services/dns/message.h"
#include "services/dns/query_text.h"
#include "services/dns/sample_snapshot.h"

namespace nearcast::dns {
namespace {

class AnswerTest : public testing::Test {
 protected:
  // The reply as text to a client in Guangdong.
  std::string Ask(const std::vector<uint8_t>& packet, Transport transport = Transport::kUdp) {
    const size_t bytes = Answer(*snapshot_, {packet, source_, transport}, out_, counters_);
    return MessageText(std::span<const uint8_t>(out_).first(bytes));
  }

  std::string Ask(const std::string& text, Transport transport = Transport::kUdp) {
    return Ask(BuildQuery(text), transport);
  }

  const std::shared_ptr<const scheduler::Snapshot> snapshot_ = BuildSampleSnapshot();
  const ipdb::IpAddress source_ = *ipdb::ParseIpAddress("14.215.177.39");
  std::vector<uint8_t> out_ = std::vector<uint8_t>(kTcpBytesMax);
  Counters counters_;
};

struct Row {
  const char* ask;
  const char* want;
};

#define CHECK_ROWS(rows) \
  for (const Row& row : rows) EXPECT_EQ(Ask(row.ask), row.want) << row.ask

TEST_F(AnswerTest, StaticRecords) {
  const Row kRows[] = {
      {"live.example NS",
       "NOERROR aa; live.example. NS; @ 3600 NS ns1.live.example., @ 3600 NS ns2.live.example.; -; "
       "-"},
      {"live.example SOA", "NOERROR aa; live.example. SOA; @ 3600 SOA; -; -"},
      {"ns2.live.example AAAA +rd",
       "NOERROR aa rd; ns2.live.example. AAAA; @ 3600 AAAA 2001:db8::2; -; -"},
      {"Text.LIVE.example TXT",
       "NOERROR aa; Text.LIVE.example. TXT; @ 3600 TXT 036f6e650374776f; -; -"},
  };
  CHECK_ROWS(kRows);
}

TEST_F(AnswerTest, ScheduledNamesByClient) {
  const Row kRows[] = {
      {"pull.live.example A",
       "NOERROR aa; pull.live.example. A; @ 60 A 10.44.0.1, @ 60 A 10.44.0.2; -; -"},
      {"pull.live.example AAAA",
       "NOERROR aa; pull.live.example. AAAA; @ 60 AAAA 2001:db8:44::1; -; -"},
      {"pull.live.example A +ecs=202.96.1.0/24",
       "NOERROR aa; pull.live.example. A; @ 60 A 10.11.0.1; -; -; edns 1232 ecs "
       "202.96.1.0/24/16"},
      {"pull.live.example A +ecs=14.215.177.0/24",
       "NOERROR aa; pull.live.example. A; @ 60 A 10.44.0.1, @ 60 A 10.44.0.2; -; -; edns 1232 ecs "
       "14.215.177.0/24/8"},
      {"x.play.live.example A +ecs=202.96.1.0/24",
       "NOERROR aa; x.play.live.example. A; @ 60 A 10.11.0.1; -; -; edns 1232 ecs "
       "202.96.1.0/24/16"},
      {"pull.live.example TYPE65",
       "NOERROR aa; pull.live.example. TYPE65; -; live.example. 900 "
       "SOA; -"},
      {"v4only.live.example AAAA +ecs=14.215.177.0/24",
       "NOERROR aa; v4only.live.example. AAAA; -; live.example. 900 SOA; -; edns 1232 ecs "
       "14.215.177.0/24/0"},
  };
  CHECK_ROWS(kRows);
}

TEST_F(AnswerTest, HttpsRecordsHintAtTheSameDecision) {
  // RFC 9460 §2.2: priority, target ".", then alpn (1), port (3), ipv4hint (4), ipv6hint (6).
  const std::string head =
      "00010000010003026832"
      "00030002"
      "20fb";
  const std::string of_443 =
      "000100"
      "0001000c02683208687474702f312e31";
  const std::string guangdong =
      "00040008"
      "0a2c0001"
      "0a2c0002"
      "00060010";
  const std::string v6 =
      "20010db80044"
      "00000000000000000001";
  const std::string beijing =
      "00040004"
      "0a0b0001"
      "00060010"
      "20010db80011"
      "00000000000000000001";
  EXPECT_EQ(Ask("web.live.example TYPE65"),
            absl::StrCat("NOERROR aa; web.live.example. TYPE65; @ 30 TYPE65 ", head, guangdong, v6,
                         "; -; -"));
  EXPECT_EQ(Ask("web.live.example TYPE65 +ecs=202.96.1.0/24"),
            absl::StrCat("NOERROR aa; web.live.example. TYPE65; @ 30 TYPE65 ", head, beijing,
                         "; -; -; edns 1232 ecs 202.96.1.0/24/16"));
  EXPECT_EQ(Ask("mixed.live.example TYPE65"),
            absl::StrCat("NOERROR aa; mixed.live.example. TYPE65; @ 60 TYPE65 ", of_443, guangdong,
                         v6, "; -; -"));
}

TEST_F(AnswerTest, AliasesOfScheduledNamesStandAlone) {
  const std::string alias =
      "; @ 60 CNAME live.example.vendor.example.; -; -; edns 1232 ecs "
      "202.96.1.0/24/16";
  for (const char* type : {"A", "AAAA", "CNAME", "TYPE65"}) {
    EXPECT_EQ(Ask(absl::StrCat("mixed.live.example ", type, " +ecs=202.96.1.0/24")),
              absl::StrCat("NOERROR aa; mixed.live.example. ", type, alias));
  }
  const Row kRows[] = {
      {"mixed.live.example A",
       "NOERROR aa; mixed.live.example. A; @ 60 A 10.44.0.1, @ 60 A 10.44.0.2; -; -"},
      {"mixed.live.example CNAME",
       "NOERROR aa; mixed.live.example. CNAME; -; live.example. 900 SOA; -"},
      {"mixed.live.example TXT +ecs=202.96.1.0/24",
       "NOERROR aa; mixed.live.example. TXT; -; live.example. 900 SOA; -; edns 1232 ecs "
       "202.96.1.0/24/0"},
      // RFC 7871 §7.2.1: with a subnet only the first CNAME, which holds for everyone.
      {"tomixed.live.example A +ecs=202.96.1.0/24",
       "NOERROR aa; tomixed.live.example. A; @ 3600 CNAME mixed.live.example.; -; -; edns 1232 ecs "
       "202.96.1.0/24/0"},
      {"tomixed.live.example A +ecs=14.1.1.0/24",
       "NOERROR aa; tomixed.live.example. A; @ 3600 CNAME mixed.live.example., mixed.live.example. "
       "60 A 10.44.0.1, mixed.live.example. 60 A 10.44.0.2; -; -; edns 1232 ecs 14.1.1.0/24/8"},
  };
  CHECK_ROWS(kRows);
}

TEST_F(AnswerTest, SpreadsStreamsAsOtherFrontsDo) {
  std::set<std::string> answers;
  for (int i = 0; i < 64; ++i) {
    const std::string name = absl::StrCat("Room", i, ".stream.live.example");
    const scheduler::Snapshot::NameMatch match = snapshot_->FindName(name);
    const scheduler::NameDecision decision =
        scheduler::DecideName(*match.name, {.client = source_, .stream = match.stream});
    std::string want = absl::StrCat("NOERROR aa; ", name, ". A; ");
    for (const std::array<uint8_t, 4>& address : decision.answer->ipv4) {
      absl::StrAppend(&want, &address == decision.answer->ipv4.data() ? "" : ", ", "@ 60 A ",
                      ipdb::IpAddress::FromV4Bytes(address).ToString());
    }
    const std::string got = Ask(absl::StrCat(name, " A +ecs=14.1.1.0/24"));
    EXPECT_EQ(got, absl::StrCat(want, "; -; -; edns 1232 ecs 14.1.1.0/24/0"));
    answers.insert(want.substr(want.find("60 A")));
  }
  EXPECT_EQ(answers.size(), 3u);
}

// RFC 7871, section by section.
TEST_F(AnswerTest, ClientSubnet) {
  const Row kRows[] = {
      // Family and QTYPE are independent.
      {"pull.live.example A +ecs=240e:234:5600::/56",
       "NOERROR aa; pull.live.example. A; @ 60 A 10.44.0.1, @ 60 A 10.44.0.2; -; -; edns 1232 ecs "
       "240e:234:5600::/56/20"},
      // An IPv4 client in its mapped form keeps the form.
      {"pull.live.example A +ecs=::ffff:14.215.177.0/120",
       "NOERROR aa; pull.live.example. A; @ 60 A 10.44.0.1, @ 60 A 10.44.0.2; -; -; edns 1232 ecs "
       "14.215.177.0/120/104"},
      // §7.1.2, §7.5: SOURCE 0 is answered by the resolver's address and echoed bare.
      {"pull.live.example A +ecs=0.0.0.0/0",
       "NOERROR aa; pull.live.example. A; @ 60 A 10.44.0.1, @ 60 A 10.44.0.2; -; -; edns 1232 ecs "
       "0.0.0.0/0/0"},
      {"pull.live.example A +ecs=::/0",
       "NOERROR aa; pull.live.example. A; @ 60 A 10.44.0.1, @ 60 A 10.44.0.2; -; -; edns 1232 ecs "
       "::/0/0"},
      // §10: private addresses are ignored, in their whole block.
      {"pull.live.example A +ecs=10.1.2.0/24",
       "NOERROR aa; pull.live.example. A; @ 60 A 10.44.0.1, @ 60 A 10.44.0.2; -; -; edns 1232 ecs "
       "10.1.2.0/24/8"},
      {"pull.live.example A +ecs=fd00:1::/48",
       "NOERROR aa; pull.live.example. A; @ 60 A 10.44.0.1, @ 60 A 10.44.0.2; -; -; edns 1232 ecs "
       "fd00:1::/48/7"},
      // §7.2.1: SCOPE may be longer than SOURCE.
      {"pull.live.example A +ecs=202.0.0.0/8",
       "NOERROR aa; pull.live.example. A; @ 60 A 10.0.0.1; -; -; edns 1232 ecs 202.0.0.0/8/10"},
      // Of a subnet with several answers, the one that is right for most of it.
      {"pull.live.example A +ecs=202.96.0.0/11",
       "NOERROR aa; pull.live.example. A; @ 60 A 10.0.0.1; -; -; edns 1232 ecs 202.96.0.0/11/16"},
      {"pull.live.example AAAA +ecs=202.96.0.0/15",
       "NOERROR aa; pull.live.example. AAAA; @ 60 AAAA 2001:db8:11::1; -; -; edns 1232 ecs "
       "202.96.0.0/15/16"},
      {"pull.live.example A +ecs=240e::/19",
       "NOERROR aa; pull.live.example. A; @ 60 A 10.44.0.1, @ 60 A 10.44.0.2; -; -; edns 1232 ecs "
       "240e::/19/20"},
      // §12.1: static data is the same for everyone. §7.4: so are denials and referrals.
      {"ns1.live.example A +ecs=202.96.1.0/24",
       "NOERROR aa; ns1.live.example. A; @ 3600 A 192.0.2.1; -; -; edns 1232 ecs 202.96.1.0/24/0"},
      {"nowhere.live.example A +ecs=202.96.1.0/24",
       "NXDOMAIN aa; nowhere.live.example. A; -; live.example. 900 SOA; -; edns 1232 ecs "
       "202.96.1.0/24/0"},
      {"x.sub.live.example A +ecs=202.96.1.0/24",
       "NOERROR; x.sub.live.example. A; -; sub.live.example. 3600 NS ns.sub.live.example., "
       "sub.live.example. 3600 NS ns.elsewhere.example.; ns.sub.live.example. 3600 A 192.0.2.53; "
       "edns 1232 ecs 202.96.1.0/24/0"},
      // §7.2.1: refused or not, the option comes back.
      {"other.example A +ecs=202.96.1.0/24",
       "REFUSED; other.example. A; -; -; -; edns 1232 ecs 202.96.1.0/24/0 ede 20"},
      // The first of two counts.
      {"pull.live.example A +ecs=202.96.1.0/24 +ecs=14.0.0.0/8",
       "NOERROR aa; pull.live.example. A; @ 60 A 10.11.0.1; -; -; edns 1232 ecs "
       "202.96.1.0/24/16"},
      // Through an alias.
      {"www.live.example A +ecs=202.96.1.0/24",
       "NOERROR aa; www.live.example. A; @ 3600 CNAME pull.live.example., pull.live.example. 60 A "
       "10.11.0.1; -; -; edns 1232 ecs 202.96.1.0/24/16"},
  };
  CHECK_ROWS(kRows);
}

TEST_F(AnswerTest, MalformedClientSubnetIsFormErrWithEdnsAndWithoutTheOption) {
  const char* const kOptions[] = {
      "8:",                                            // no FAMILY
      "8:000118",                                      // shorter than its head
      "8:00002000",                                    // FAMILY 0
      "8:0003180001020304",                            // unknown FAMILY
      "8:000121000102030400",                          // SOURCE 33
      "8:000281000102030405060708090a0b0c0d0e0f1011",  // SOURCE 129
      "8:000118000102",                                // too few octets
      "8:0001180001020304",                            // too many octets
      "8:0001170001020f",                              // a bit after SOURCE
      "8:00010000ff",                                  // an octet with SOURCE 0
      "8:0001181801020300",                            // SCOPE in a query, and an octet too many
      "8:00011818010203",                              // SCOPE in a query
  };
  for (const char* option : kOptions) {
    EXPECT_EQ(Ask(absl::StrCat("pull.live.example A +option=", option)),
              "FORMERR; pull.live.example. A; -; -; -; edns 1232")
        << option;
  }
}

TEST_F(AnswerTest, Edns) {
  const Row kRows[] = {
      {"ns1.live.example A +edns",
       "NOERROR aa; ns1.live.example. A; @ 3600 A 192.0.2.1; -; -; edns 1232"},
      {"ns1.live.example A +do",
       "NOERROR aa; ns1.live.example. A; @ 3600 A 192.0.2.1; -; -; edns 1232 do"},
      {"ns1.live.example A +version=1", "BADVERS; ns1.live.example. A; -; -; -; edns 1232"},
      // The options of another version are not ours to read, nor to echo.
      {"ns1.live.example A +version=1 +ecs=1.2.3.0/24",
       "BADVERS; ns1.live.example. A; -; -; -; edns 1232"},
      {"ns1.live.example A +option=65001:abcd",
       "NOERROR aa; ns1.live.example. A; @ 3600 A 192.0.2.1; -; -; edns 1232"},
      {"ns1.live.example A +rd +ad +cd",
       "NOERROR aa rd; ns1.live.example. A; @ 3600 A 192.0.2.1; -; -"},
  };
  CHECK_ROWS(kRows);
}

TEST_F(AnswerTest, Denials) {
  const Row kRows[] = {
      {"nowhere.live.example A",
       "NXDOMAIN aa; nowhere.live.example. A; -; live.example. 900 SOA; -"},
      {"a.text.live.example A", "NXDOMAIN aa; a.text.live.example. A; -; live.example. 900 SOA; -"},
      {"text.live.example A", "NOERROR aa; text.live.example. A; -; live.example. 900 SOA; -"},
      {"live.example A", "NOERROR aa; live.example. A; -; @ 900 SOA; -"},
      // RFC 4592 §2.2.2: names that are empty exist.
      {"c.live.example A", "NOERROR aa; c.live.example. A; -; live.example. 900 SOA; -"},
      {"b.c.live.example ANY", "NOERROR aa; b.c.live.example. ANY; -; live.example. 900 SOA; -"},
      {"wild.live.example A", "NOERROR aa; wild.live.example. A; -; live.example. 900 SOA; -"},
      {"other.example A", "REFUSED; other.example. A; -; -; -"},
      {". NS", "REFUSED; . NS; -; -; -"},
      {"live.example SOA CH", "REFUSED; live.example. SOA; -; -; -"},
      {"live.example SOA ANYCLASS", "REFUSED; live.example. SOA; -; -; -"},
      {"live.example AXFR", "REFUSED; live.example. AXFR; -; -; -"},
      {"live.example IXFR", "REFUSED; live.example. TYPE251; -; -; -"},
      {"live.example OPT", "FORMERR; live.example. TYPE41; -; -; -"},
  };
  CHECK_ROWS(kRows);
}

TEST_F(AnswerTest, Wildcards) {
  const Row kRows[] = {
      {"x.wild.live.example A", "NOERROR aa; x.wild.live.example. A; @ 3600 A 192.0.2.9; -; -"},
      {"y.x.wild.live.example A", "NOERROR aa; y.x.wild.live.example. A; @ 3600 A 192.0.2.9; -; -"},
      {"x.wild.live.example AAAA",
       "NOERROR aa; x.wild.live.example. AAAA; -; live.example. 900 SOA; -"},
      {"*.wild.live.example A", "NOERROR aa; *.wild.live.example. A; @ 3600 A 192.0.2.9; -; -"},
  };
  CHECK_ROWS(kRows);
}

TEST_F(AnswerTest, Aliases) {
  const Row kRows[] = {
      {"chain.live.example A",
       "NOERROR aa; chain.live.example. A; @ 3600 CNAME www.live.example., www.live.example. 3600 "
       "CNAME pull.live.example., pull.live.example. 60 A 10.44.0.1, pull.live.example. 60 A "
       "10.44.0.2; -; -"},
      {"www.live.example CNAME",
       "NOERROR aa; www.live.example. CNAME; @ 3600 CNAME pull.live.example.; -; -"},
      {"www.live.example ANY",
       "NOERROR aa; www.live.example. ANY; @ 3600 CNAME pull.live.example.; -; -"},
      {"away.live.example A",
       "NOERROR aa; away.live.example. A; @ 3600 CNAME cdn.vendor.example.; -; -"},
      // RFC 6604 §3: the RCODE speaks of the last name.
      {"dead.live.example A",
       "NXDOMAIN aa; dead.live.example. A; @ 3600 CNAME nowhere.live.example.; live.example. 900 "
       "SOA; -"},
      {"www.live.example MX",
       "NOERROR aa; www.live.example. MX; @ 3600 CNAME pull.live.example.; live.example. 900 SOA; "
       "-"},
      {"intosub.live.example A",
       "NOERROR aa; intosub.live.example. A; @ 3600 CNAME x.sub.live.example.; sub.live.example. "
       "3600 NS ns.sub.live.example., sub.live.example. 3600 NS ns.elsewhere.example.; "
       "ns.sub.live.example. 3600 A 192.0.2.53"},
  };
  CHECK_ROWS(kRows);
}

TEST_F(AnswerTest, Delegations) {
  const std::string referral =
      "-; sub.live.example. 3600 NS ns.sub.live.example., sub.live.example. 3600 NS "
      "ns.elsewhere.example.; ns.sub.live.example. 3600 A 192.0.2.53";
  EXPECT_EQ(Ask("ns.sub.live.example A"),
            "NOERROR; ns.sub.live.example. A; -; sub.live.example. 3600 NS ns.sub.live.example., "
            "sub.live.example. 3600 NS ns.elsewhere.example.; @ 3600 A 192.0.2.53");
  EXPECT_EQ(Ask("x.y.sub.live.example ANY"),
            absl::StrCat("NOERROR; x.y.sub.live.example. ANY; ", referral));
  EXPECT_EQ(Ask("sub.live.example DS"),
            "NOERROR aa; sub.live.example. DS; @ 3600 DS 00010802aabb; "
            "-; -");
}

TEST_F(AnswerTest, AnyGetsHinfo) {
  EXPECT_EQ(Ask("live.example ANY"),
            "NOERROR aa; live.example. ANY; @ 3600 HINFO 075246433834383200; -; -");
  EXPECT_EQ(Ask("pull.live.example ANY +ecs=202.96.1.0/24"),
            "NOERROR aa; pull.live.example. ANY; @ 3600 HINFO 075246433834383200; -; -; edns 1232 "
            "ecs 202.96.1.0/24/0");
}

TEST_F(AnswerTest, TruncatesBySizeOverUdpAlone) {
  EXPECT_EQ(Ask("many.live.example TXT"), "NOERROR aa tc; many.live.example. TXT; -; -; -");
  // Less than 512 counts as 512 (RFC 6891 §6.2.3).
  EXPECT_EQ(Ask("many.live.example TXT +edns=100 +ecs=1.2.3.0/24"),
            "NOERROR aa tc; many.live.example. TXT; -; -; -; edns 1232 ecs 1.2.3.0/24/0");
  EXPECT_EQ(Ask("ns1.live.example A +edns=0"),
            "NOERROR aa; ns1.live.example. A; @ 3600 A 192.0.2.1; -; -; edns 1232");
  EXPECT_EQ(Ask("many.live.example TXT +edns=1232").substr(0, 15), "NOERROR aa; man");
  EXPECT_EQ(Ask("many.live.example TXT", Transport::kTcp).substr(0, 15), "NOERROR aa; man");
}

TEST_F(AnswerTest, NeverExceedsWhatTheClientTakes) {
  // 34 octets of question and header, 5 × 113 of records: 11 more with EDNS.
  const size_t bytes = BuildQuery("many.live.example TXT").size() + 5 * (12 + 101);
  for (size_t size = 512; size < 700; ++size) {
    const std::string text = Ask(absl::StrCat("many.live.example TXT +edns=", size));
    EXPECT_EQ(text.substr(0, 14), size < bytes + 11 ? "NOERROR aa tc;" : "NOERROR aa; ma") << size;
  }
}

TEST_F(AnswerTest, OtherOperationsAreNotImplemented) {
  for (int opcode = 1; opcode < 16; ++opcode) {
    EXPECT_EQ(Ask(absl::StrCat("live.example SOA +edns +opcode=", opcode)),
              absl::StrCat("NOTIMP opcode", opcode, "; live.example. SOA; -; -; -; edns 1232"));
  }
}

TEST_F(AnswerTest, DropsWhatMustNotBeAnswered) {
  std::vector<uint8_t> packet = BuildQuery("live.example SOA");
  for (size_t size = 0; size < kHeaderBytes; ++size) {
    EXPECT_EQ(Ask(std::vector<uint8_t>(packet.begin(), packet.begin() + size)), "no reply");
  }
  packet[2] |= 0x80;
  EXPECT_EQ(Ask(packet), "no reply");
  EXPECT_EQ(counters_.dropped.Get(), 13u);
}

TEST_F(AnswerTest, MalformedMessagesAreFormErr) {
  const std::vector<uint8_t> good = BuildQuery("live.example SOA +edns");
  const size_t question_end = BuildQuery("live.example SOA").size();
  for (size_t size = kHeaderBytes; size < good.size(); ++size) {
    const bool has_question = size >= question_end;
    EXPECT_EQ(Ask(std::vector<uint8_t>(good.begin(), good.begin() + size)),
              has_question ? "FORMERR; live.example. SOA; -; -; -" : "FORMERR; -; -; -; -")
        << size;
  }
  const auto ask_with = [&](size_t at, std::vector<uint8_t> bytes) {
    std::vector<uint8_t> packet = good;
    std::copy(bytes.begin(), bytes.end(), packet.begin() + at);
    return Ask(packet);
  };
  EXPECT_EQ(ask_with(5, {0}), "FORMERR; -; -; -; -");          // no question
  EXPECT_EQ(ask_with(5, {2}), "FORMERR; -; -; -; -");          // two questions
  EXPECT_EQ(ask_with(12, {0xc0, 12}), "FORMERR; -; -; -; -");  // a name that points at itself
  EXPECT_EQ(ask_with(12, {0x41}), "FORMERR; -; -; -; -");      // an unknown kind of label
  EXPECT_EQ(ask_with(11, {2}), "FORMERR; live.example. SOA; -; -; -; edns 1232");  // a record less
  EXPECT_EQ(ask_with(7, {1}), "FORMERR; live.example. SOA; -; -; -");  // OPT as an answer
  std::vector<uint8_t> longer = good;
  longer.push_back(0);
  EXPECT_EQ(Ask(longer), "FORMERR; live.example. SOA; -; -; -; edns 1232");
}

TEST_F(AnswerTest, OptRecordsAreOneAndOfTheRoot) {
  std::vector<uint8_t> packet = BuildQuery("live.example SOA +edns");
  const std::vector<uint8_t> opt(packet.end() - 11, packet.end());
  std::vector<uint8_t> two = packet;
  two.insert(two.end(), opt.begin(), opt.end());
  two[11] = 2;
  EXPECT_EQ(Ask(two), "FORMERR; live.example. SOA; -; -; -; edns 1232");
  std::vector<uint8_t> owned(packet.begin(), packet.end() - 11);
  owned.insert(owned.end(), {0xc0, 12});
  owned.insert(owned.end(), opt.begin() + 1, opt.end());
  EXPECT_EQ(Ask(owned), "FORMERR; live.example. SOA; -; -; -");
}

TEST_F(AnswerTest, PointersOfOtherRecordsMustLeadBack) {
  const std::vector<uint8_t> question = BuildQuery("live.example SOA");
  const auto with_owner = [&](std::vector<uint8_t> owner) {
    std::vector<uint8_t> packet = question;
    packet[7] = 1;  // one answer record
    packet.insert(packet.end(), owner.begin(), owner.end());
    packet.insert(packet.end(), {0, 1, 0, 1, 0, 0, 0, 0, 0, 0});
    return Ask(packet).substr(0, 7);
  };
  const uint8_t here = static_cast<uint8_t>(question.size());
  EXPECT_EQ(with_owner({0xc0, 12}), "NOERROR");
  EXPECT_EQ(with_owner({1, 'a', 0xc0, 12}), "NOERROR");
  EXPECT_EQ(with_owner({0xc0, here}), "FORMERR");
  EXPECT_EQ(with_owner({0xc0, static_cast<uint8_t>(here + 2)}), "FORMERR");
  EXPECT_EQ(with_owner({1, 'a', 0xc0, here}), "FORMERR");
  EXPECT_EQ(with_owner({0xc0, 4}), "FORMERR");
}

TEST_F(AnswerTest, EchoesIdAndCaseOfTheQuestion) {
  const std::vector<uint8_t> packet = BuildQuery("PuLL.LiVe.eXample A +id=48879 +rd");
  const size_t bytes = Answer(*snapshot_, {packet, source_, Transport::kUdp}, out_, counters_);
  ASSERT_GT(bytes, packet.size());
  EXPECT_EQ(out_[0], 0xbe);
  EXPECT_EQ(out_[1], 0xef);
  EXPECT_TRUE(std::equal(packet.begin() + kHeaderBytes, packet.end(), out_.begin() + kHeaderBytes));
}

TEST_F(AnswerTest, OutcomesSumToAllRequests) {
  const char* const kAsked[] = {"pull.live.example A +ecs=14.1.1.0/24",
                                "live.example A",
                                "x.sub.live.example A",
                                "nowhere.live.example A +ecs=1.1.1.0/24",
                                "other.example A",
                                "live.example OPT",
                                "live.example A +opcode=4",
                                "live.example A +version=3",
                                "many.live.example TXT"};
  for (const char* text : kAsked) Ask(text);
  Ask("live.example NS", Transport::kTcp);
  Ask(std::vector<uint8_t>(3));
  EXPECT_EQ(counters_.OutcomeSum(), std::size(kAsked) + 2);
  std::string text;
  for (const CounterReading& reading : ReadCounters({&counters_, &counters_})) {
    absl::StrAppend(&text, reading.value, " ");
  }
  EXPECT_EQ(text, "2 0 6 2 2 2 2 2 2 2 0 2 0 0 6 4 2 2 0 0 0 0 ");
}

}  // namespace
}  // namespace nearcast::dns
