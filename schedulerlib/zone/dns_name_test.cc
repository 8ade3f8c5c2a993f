#include "schedulerlib/zone/dns_name.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace nearcast::scheduler::zone {
namespace {

// What the text becomes: its canonical text, or "error".
std::string Canonical(absl::string_view text) {
  const absl::StatusOr<DnsName> name = ParseDnsName(text);
  return name.ok() ? name->ToText() : "error";
}

TEST(DnsNameTest, ParsesTextByRow) {
  const std::string label63(63, 'a');
  const struct {
    std::string text, want;
  } kRows[] = {
      {".", "."},
      {"example", "example."},
      {"Pull.LIVE.example.", "pull.live.example."},
      {"*.example", "*.example."},
      {"_sip._tcp.example", "_sip._tcp.example."},
      {"a\\.b.example", "a\\.b.example."},
      {"a\\065.example", "aa.example."},
      {"a\\000.example", "a\\000.example."},
      {"a\\ b", "a\\032b."},
      {"\\255", "\\255."},
      {label63, label63 + "."},
      {"", "error"},
      {"..", "error"},
      {"a..b", "error"},
      {".a", "error"},
      {"a\\", "error"},
      {"a\\25", "error"},
      {"a\\256", "error"},
      {label63 + "a", "error"},
  };
  for (const auto& row : kRows) EXPECT_EQ(Canonical(row.text), row.want) << row.text;
}

TEST(DnsNameTest, LimitsTheWholeNameTo255Octets) {
  const std::string label63(63, 'a');
  const std::string longest = label63 + "." + label63 + "." + label63 + "." + std::string(61, 'b');
  ASSERT_TRUE(ParseDnsName(longest).ok());
  EXPECT_EQ(ParseDnsName(longest)->wire().size(), kNameBytesMax);
  EXPECT_FALSE(ParseDnsName(longest + "b").ok());
}

TEST(DnsNameTest, RelativeNamesLieBelowTheOrigin) {
  const DnsName origin = *ParseDnsName("live.example");
  EXPECT_EQ(ParseRelativeName("@", origin)->ToText(), "live.example.");
  EXPECT_EQ(ParseRelativeName("pull", origin)->ToText(), "pull.live.example.");
  EXPECT_EQ(ParseRelativeName("pull.", origin)->ToText(), "pull.");
}

TEST(DnsNameTest, TextAndWireAreInverse) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string wire;
    const int labels = static_cast<int>(random() % 5);
    for (int i = 0; i < labels; ++i) {
      const size_t bytes = 1 + random() % 20;
      wire.push_back(static_cast<char>(bytes));
      for (size_t k = 0; k < bytes; ++k) wire.push_back(static_cast<char>(random()));
    }
    wire.push_back('\0');
    const absl::StatusOr<DnsName> name = DnsName::FromWire(wire);
    ASSERT_TRUE(name.ok()) << name.status();
    const absl::StatusOr<DnsName> again = ParseDnsName(name->ToText());
    ASSERT_TRUE(again.ok()) << name->ToText() << " " << again.status();
    EXPECT_EQ(*again, *name);
  }
}

TEST(DnsNameTest, RefusesWireFormThatIsCutOrRunsOn) {
  EXPECT_FALSE(DnsName::FromWire("").ok());
  EXPECT_FALSE(DnsName::FromWire("\3ab").ok());
  EXPECT_FALSE(DnsName::FromWire("\1a").ok());
  EXPECT_FALSE(DnsName::FromWire(absl::string_view("\1a\0x", 4)).ok());
  EXPECT_FALSE(DnsName::FromWire(absl::string_view("\xc0\x0c", 2)).ok());
}

TEST(DnsNameTest, AncestryIsByWholeLabels) {
  const DnsName zone = *ParseDnsName("live.example");
  EXPECT_TRUE(IsAtOrBelow(zone, zone));
  EXPECT_TRUE(IsAtOrBelow(*ParseDnsName("a.b.live.example"), zone));
  EXPECT_TRUE(IsAtOrBelow(zone, DnsName()));
  EXPECT_FALSE(IsAtOrBelow(*ParseDnsName("alive.example"), zone));
  EXPECT_FALSE(IsAtOrBelow(*ParseDnsName("example"), zone));
}

}  // namespace
}  // namespace nearcast::scheduler::zone
