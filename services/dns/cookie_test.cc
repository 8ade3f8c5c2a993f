#include "services/dns/cookie.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"

namespace nearcast::dns {
namespace {

constexpr char kSecret[] = "e5e973e5a6b2a43f48e7dc849e37bfcf";
constexpr char kLaterSecret[] = "445536bcd2513298075a5d379663c962";
constexpr char kEarlierSecret[] = "dd3bdf9344b678b185a6f5cb60fca715";

std::vector<uint8_t> Bytes(absl::string_view hex) {
  const std::string text = absl::HexStringToBytes(hex);
  return {text.begin(), text.end()};
}

std::string Hex(const Cookie& cookie) {
  return absl::BytesToHexString({reinterpret_cast<const char*>(cookie.data()), cookie.size()});
}

std::string Renew(absl::string_view option, absl::string_view source, uint32_t now_s,
                  const CookieSecrets& secrets) {
  const ipdb::IpAddress address = *ipdb::ParseIpAddress(source);
  const std::vector<uint8_t> bytes = Bytes(option);
  const CookieState state = CheckCookie(bytes, address, now_s, secrets);
  return Hex(RenewCookie(bytes, state, address, now_s, secrets));
}

CookieState Check(absl::string_view option, absl::string_view source, uint32_t now_s,
                  const CookieSecrets& secrets) {
  return CheckCookie(Bytes(option), *ipdb::ParseIpAddress(source), now_s, secrets);
}

TEST(CookieTest, SipHashMatchesItsPaper) {
  // Appendix A: key 00..0f, input 00..0e.
  CookieSecret key;
  std::vector<uint8_t> input;
  for (uint8_t i = 0; i < 16; ++i) key[i] = i;
  for (uint8_t i = 0; i < 15; ++i) input.push_back(i);
  EXPECT_EQ(SipHash24(key, input), 0xa129ca6149be45e5u);
}

TEST(CookieTest, PublishedVectorsOfRfc9018) {
  const CookieSecrets secrets{.current = *ParseCookieSecret(kSecret), .old = {}, .next = {}};
  constexpr char kClient[] = "198.51.100.100";
  // A.1: a client without a server cookie.
  EXPECT_EQ(Renew("2464c4abcf10c957", kClient, 1559731985, secrets),
            "2464c4abcf10c957010000005cf79f111f8130c3eee29480");
  // A.2: the same 40 minutes later.
  EXPECT_EQ(Renew("2464c4abcf10c957010000005cf79f111f8130c3eee29480", kClient, 1559734385, secrets),
            "2464c4abcf10c957010000005cf7a871d4a564a1442aca77");
  // A.3: reserved octets that are not 0 are hashed as they came, and 0 in the new cookie.
  constexpr char kReserved[] = "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5";
  EXPECT_EQ(Check(kReserved, "203.0.113.203", 1559727985, secrets), CookieState::kGood);
  EXPECT_EQ(Renew(kReserved, "203.0.113.203", 1559734700, secrets),
            "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e");
  // A.4: IPv6, after the secret was changed.
  const CookieSecrets later{.current = *ParseCookieSecret(kLaterSecret),
                            .old = *ParseCookieSecret(kEarlierSecret),
                            .next = {}};
  constexpr char kIpv6[] = "2001:db8:220:1:59de:d0f4:8769:82b8";
  constexpr char kOld[] = "22681ab97d52c298010000005cf7c57926556bd0934c72f8";
  EXPECT_EQ(Check(kOld, kIpv6, 1559741961, later), CookieState::kGoodToRenew);
  EXPECT_EQ(Renew(kOld, kIpv6, 1559741961, later),
            "22681ab97d52c298010000005cf7c609a6bb79d16625507a");
}

TEST(CookieTest, TellsGoodFromBad) {
  const CookieSecrets secrets{.current = *ParseCookieSecret(kSecret), .old = {}, .next = {}};
  constexpr char kCookie[] = "2464c4abcf10c957010000005cf79f111f8130c3eee29480";
  constexpr char kClient[] = "198.51.100.100";
  constexpr uint32_t kMade = 1559731985;
  const struct {
    const char* option;
    const char* client;
    uint32_t now_s;
    CookieState want;
  } kRows[] = {
      {kCookie, kClient, kMade, CookieState::kGood},
      {kCookie, kClient, kMade + 1800, CookieState::kGood},
      {kCookie, kClient, kMade + 1801, CookieState::kGoodToRenew},
      {kCookie, kClient, kMade + 3600, CookieState::kGoodToRenew},
      {kCookie, kClient, kMade + 3601, CookieState::kBad},
      {kCookie, kClient, kMade - 300, CookieState::kGood},
      {kCookie, kClient, kMade - 301, CookieState::kBad},
      {kCookie, "198.51.100.101", kMade, CookieState::kBad},
      {"2464c4abcf10c957", kClient, kMade, CookieState::kClientOnly},
      {"2464c4abcf10c956010000005cf79f111f8130c3eee29480", kClient, kMade, CookieState::kBad},
      {"2464c4abcf10c957020000005cf79f111f8130c3eee29480", kClient, kMade, CookieState::kBad},
      {"2464c4abcf10c957010000005cf79f111f8130c3eee29481", kClient, kMade, CookieState::kBad},
      {"2464c4abcf10c957010000005cf79f111f8130c3eee2948000", kClient, kMade, CookieState::kBad},
      {"2464c4abcf10c957010000005cf79f11", kClient, kMade, CookieState::kBad},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(Check(row.option, row.client, row.now_s, secrets), row.want)
        << row.option << " " << row.client << " " << row.now_s;
  }
}

TEST(CookieTest, SecretsRollOverWithoutABadCookie) {
  const CookieSecret first = *ParseCookieSecret(kSecret);
  const CookieSecret second = *ParseCookieSecret(kLaterSecret);
  const CookieSecrets stages[] = {{first, {}, {}}, {first, {}, second}, {second, first, {}}};
  constexpr char kClient[] = "2001:db8::1";
  for (int made = 0; made < 3; ++made) {
    const std::string cookie = Renew("0102030405060708", kClient, 1000, stages[made]);
    // Another server may be one stage ahead or behind.
    for (int seen = std::max(0, made - 1); seen <= std::min(2, made + 1); ++seen) {
      EXPECT_NE(Check(cookie, kClient, 1100, stages[seen]), CookieState::kBad) << made << seen;
    }
  }
}

TEST(CookieTest, SecretsAre32HexDigits) {
  for (const char* text :
       {"", "e5e9", "e5e973e5a6b2a43f48e7dc849e37bfcg", "e5e973e5a6b2a43f48e7dc849e37bfcf00"}) {
    EXPECT_FALSE(ParseCookieSecret(text).ok()) << text;
  }
  EXPECT_NE(DrawCookieSecret(), DrawCookieSecret());
}

TEST(CookieTest, ReadsSecretsLineByLine) {
  const absl::StatusOr<CookieSecrets> secrets = ParseCookieSecrets(
      "# of all servers\nnext e5e973e5a6b2a43f48e7dc849e37bfcf\n\n"
      "current\t445536bcd2513298075a5d379663c962  # since May\r\n");
  ASSERT_TRUE(secrets.ok()) << secrets.status();
  EXPECT_EQ(secrets->current, *ParseCookieSecret(kLaterSecret));
  EXPECT_EQ(secrets->next, *ParseCookieSecret(kSecret));
  EXPECT_FALSE(secrets->old.has_value());
  const struct {
    const char* text;
    const char* part;
  } kRows[] = {{"", "current"},
               {"old e5e973e5a6b2a43f48e7dc849e37bfcf", "no line"},
               {"\ncurrent e5", "line 2"},
               {"now e5e973e5a6b2a43f48e7dc849e37bfcf", "line 1"},
               {"current e5e973e5a6b2a43f48e7dc849e37bfcf\ncurrent "
                "e5e973e5a6b2a43f48e7dc849e37bfcf",
                "line 2"}};
  for (const auto& row : kRows) {
    const absl::StatusOr<CookieSecrets> wrong = ParseCookieSecrets(row.text);
    ASSERT_FALSE(wrong.ok()) << row.text;
    EXPECT_NE(wrong.status().message().find(row.part), absl::string_view::npos) << wrong.status();
  }
}

}  // namespace
}  // namespace nearcast::dns
