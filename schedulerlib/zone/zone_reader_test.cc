#include "schedulerlib/zone/zone_reader.h"

#include <gtest/gtest.h>

#include <random>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace nearcast::scheduler::zone {
namespace {

// One line a record: "3 pull.live.example. 60 A 0a000001"; then "!line message".
std::string Read(absl::string_view text) {
  const ZoneText zone = ReadZone(text, *ParseDnsName("live.example"));
  std::string result;
  for (const ZoneRecord& record : zone.records) {
    absl::StrAppend(&result, record.line, " ", record.owner.ToText(), " ", record.ttl_s, " ",
                    TypeName(record.type), " ", absl::BytesToHexString(record.rdata), "\n");
  }
  for (const LineProblem& problem : zone.problems) {
    absl::StrAppend(&result, "!", problem.line, " ", problem.message, "\n");
  }
  return result;
}

TEST(ZoneReaderTest, ReadsRecordsWithOriginAndTtl) {
  EXPECT_EQ(Read("@ 60 IN A 10.0.0.1\n"
                 "pull A 10.0.0.2\n"
                 "     AAAA ::1\n"
                 "$TTL 5m\n"
                 "$ORIGIN eu\n"
                 "www IN 30 A 10.0.0.3\n"
                 "Abs.Example. A 10.0.0.4"),
            "1 live.example. 60 A 0a000001\n"
            "2 pull.live.example. 3600 A 0a000002\n"
            "3 pull.live.example. 3600 AAAA 00000000000000000000000000000001\n"
            "6 www.eu.live.example. 30 A 0a000003\n"
            "7 abs.example. 300 A 0a000004\n");
}

TEST(ZoneReaderTest, KeepsTheCaseOfNamesInRdataAndJoinsParentheses) {
  EXPECT_EQ(Read("@ 7 SOA Ns Host ( 1 2\n 3 4\n 5 )\nc 7 CNAME X.Example."),
            "1 live.example. 7 SOA "
            "024e73046c697665076578616d706c6500"
            "04486f7374046c697665076578616d706c6500"
            "0000000100000002000000030000000400000005\n"
            "4 c.live.example. 7 CNAME 0158074578616d706c6500\n");
}

TEST(ZoneReaderTest, ReadsTextMailServiceAndUnknownTypes) {
  EXPECT_EQ(Read("t 1 TXT \"a b\" c\nm 1 MX 10 mx.example.\ns 1 SRV 1 2 3 x.\n"
                 "u 1 TYPE65280 \\# 2 abcd\n"),
            "1 t.live.example. 1 TXT 036120620163\n"
            "2 m.live.example. 1 MX 000a026d78076578616d706c6500\n"
            "3 s.live.example. 1 SRV 000100020003017800\n"
            "4 u.live.example. 1 TYPE65280 abcd\n");
}

TEST(ZoneReaderTest, CollectsEveryProblemWithItsLine) {
  const std::string read = Read(
      " A 10.0.0.1\n"
      "a A 10.0.0.300\n"
      "b A 10.0.0.1\n"
      "c TXT \"open\n"
      "$INCLUDE x\n"
      "$TTL soon\n"
      "$GENERATE 1-2 a A 1\n"
      "$ORIGIN a..b\n"
      "d CH A 10.0.0.1\n"
      "e 2147483648 A 10.0.0.1\n"
      "f NOSUCHTYPE x\n");
  EXPECT_NE(read.find("3 b.live.example. 3600 A 0a000001\n!1 begins with a blank"),
            std::string::npos)
      << read;
  for (const char* part :
       {"\n!2 does not parse as a record", "\n!4 opens a quote", "\n!5 $INCLUDE", "\n!6 $TTL",
        "\n!7 unknown directive", "\n!8 $ORIGIN", "\n!9 only class IN", "\n!10 ", "\n!11 "}) {
    EXPECT_NE(read.find(part), std::string::npos) << part << " in\n" << read;
  }
}

TEST(ZoneReaderTest, SurvivesMutatedText) {
  const std::string base =
      "$TTL 60\n@ SOA ns host ( 1 2 3 4 5 )\n NS ns\nns A 10.0.0.1\n"
      "t TXT \"a;b\" \\# x\nu TYPE1 \\# 4 0a000001\n";
  std::mt19937 random(11);
  for (int round = 0; round < 20000; ++round) {
    std::string text = base;
    for (int i = 0; i < 4; ++i) text[random() % text.size()] = static_cast<char>(random());
    if (random() % 4 == 0) text.resize(random() % text.size());
    Read(text);
  }
}

}  // namespace
}  // namespace nearcast::scheduler::zone
