#include "services/httpdns/alibaba_v2.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/httpdns/cipher.h"
#include "services/httpdns/digest.h"

namespace nearcast::httpdns {
namespace {

constexpr char kSecret[] = "00112233445566778899aabbccddeeff";
constexpr char kAesKey[] = "feffe9928665731c6d6a8f9467308308";

const scheduler::Account kAccount = {
    .account_id = "100", .sign_secret = kSecret, .alibaba_aes_key = kAesKey};
const Caller kCaller = {&kAccount, IpParameter::kHonoured};

// "names from client families", or the refusal.
std::string Parse(const std::string& query, const Caller& caller = kCaller) {
  http::QueryParams params;
  EXPECT_TRUE(params.Parse(query).ok());
  AlibabaV2Call call;
  Question question;
  const auto connection = *ipdb::ParseIpAddress("203.0.113.9");
  if (auto refusal = ParseAlibabaV2(params, caller, connection, &call, &question)) {
    return absl::StrCat(refusal->status, " ", refusal->code);
  }
  return absl::StrCat(absl::StrJoin(question.names, "+"), " from ",
                      question.clients.at(0).ToString(), " ", static_cast<int>(question.families),
                      question.stream.empty() ? "" : " for ", question.stream);
}

TEST(AlibabaV2Test, ReadsPlainQueries) {
  EXPECT_EQ(Parse("id=100&dn=a.b"), "a.b from 203.0.113.9 1");
  EXPECT_EQ(Parse("id=100&m=0&dn=a,b&q=4,6&cip=192.0.2.1&sdns-stream=s1"),
            "a+b from 192.0.2.1 3 for s1");
  EXPECT_EQ(Parse("m=0&dn=a&q=6"), "a from 203.0.113.9 2");
  EXPECT_EQ(Parse("m=0"), "400 MissingArgument");
  EXPECT_EQ(Parse("m=3&dn=a"), "400 MissingArgument");
  EXPECT_EQ(Parse("m=0&dn=a&q=5"), "400 MissingArgument");
  EXPECT_EQ(Parse("m=0&dn=a..b"), "400 InvalidHost");
  EXPECT_EQ(Parse("m=0&dn=1,2,3,4,5,6"), "400 TooManyHosts");
  EXPECT_EQ(Parse("m=0&dn=a&sdns-=x"), "400 SdnsNotSupported");
  EXPECT_EQ(Parse("m=0&dn=a&cip=x"), "400 MissingArgument");
}

std::string Enc(Cipher cipher, const std::string& json) {
  return EncodeHex(*Seal(cipher, *DecodeHex(kAesKey), json));
}

TEST(AlibabaV2Test, ReadsEncryptedQueries) {
  const std::string json =
      R"({"dn":"a,b","q":"4,6","sdns-stream":"s1","tags":"t","cip":"192.0.2.1"})";
  const std::string read = "a+b from 192.0.2.1 3 for s1";
  EXPECT_EQ(Parse("m=1&enc=" + Enc(Cipher::kAes128Cbc, json)), read);
  EXPECT_EQ(Parse("m=2&enc=" + Enc(Cipher::kAes128Gcm, json)), read);
  EXPECT_EQ(Parse("m=2&enc=" + Enc(Cipher::kAes128Cbc, json)), "400 MissingArgument");
  EXPECT_EQ(Parse("m=2&enc=xy"), "400 MissingArgument");
  EXPECT_EQ(Parse("m=2&dn=a"), "400 MissingArgument");
  EXPECT_EQ(Parse("m=2&enc=" + Enc(Cipher::kAes128Gcm, "[1,2")), "400 MissingArgument");
  EXPECT_EQ(Parse("m=2&enc=" + Enc(Cipher::kAes128Gcm, std::string(5000, '['))),
            "400 MissingArgument");
  EXPECT_EQ(Parse("m=2&enc=" + Enc(Cipher::kAes128Gcm, R"({"dn":7})")), "400 MissingArgument");
  const scheduler::Account without_key;
  EXPECT_EQ(Parse("m=2&enc=" + Enc(Cipher::kAes128Gcm, json), {&without_key}),
            "400 MissingArgument");
  EXPECT_EQ(Parse("m=2&enc=" + Enc(Cipher::kAes128Gcm, json), {}), "403 InvalidAccount");
}

TEST(AlibabaV2Test, SignsSortedPairs) {
  http::QueryParams params;
  ASSERT_TRUE(params
                  .Parse("v=1.0&id=100&m=0&dn=a%2Cb&q=4&sdns-b=2&sdns-a=1&cip=&exp=1700000600&s=x"
                         "&sdk=android&sid=abc")
                  .ok());
  EXPECT_EQ(AlibabaV2SignedText(params),
            "dn=a,b&exp=1700000600&id=100&m=0&q=4&sdns-a=1&sdns-b=2&v=1.0");
}

TEST(AlibabaV2Test, ChecksSignatures) {
  const absl::Time now = absl::FromUnixSeconds(1700000000);
  const auto check = [&](const std::string& query, const Caller& caller = kCaller) {
    http::QueryParams params;
    EXPECT_TRUE(params.Parse(query).ok());
    const auto reason = CheckAlibabaV2(params, caller, now);
    return reason ? std::string(AlibabaV2Refusal(*reason).code) : "ok";
  };
  const auto sign = [](const std::string& text) {
    return text + "&s=" + HmacSha256Hex(*DecodeHex(kSecret), text);
  };
  EXPECT_EQ(check(sign("dn=a&exp=1700000600&id=100&m=0&v=1.0")), "ok");
  EXPECT_EQ(check("sid=1&" + sign("dn=a&exp=1700000600&id=100&m=0&v=1.0")), "ok");
  EXPECT_EQ(check("q=6&" + sign("dn=a&exp=1700000600&id=100&m=0&v=1.0")), "InvalidSignature");
  EXPECT_EQ(check(sign("dn=a&exp=1699999849&id=100&m=0")), "SignatureExpired");
  EXPECT_EQ(check(sign("dn=a&exp=1700086401&id=100&m=0")), "InvalidDuration");
  EXPECT_EQ(check("dn=a&id=100&s=00"), "MissingArgument");
  EXPECT_EQ(check("dn=a&id=100"), "UnsignedInterfaceDisabled");
  EXPECT_EQ(check("dn=a&id=100", {}), "ok");
  EXPECT_EQ(check("dn=a&exp=1700000600&s=00", {}), "InvalidAccount");
}

const scheduler::NameAnswer kAnswer = {
    .nodes = {}, .ipv4 = {{192, 0, 2, 1}}, .ipv6 = {}, .cname = {}};

TEST(AlibabaV2Test, WritesAnswersInTheModeOfTheRequest) {
  const auto client = *ipdb::ParseIpAddress("198.51.100.7");
  const std::vector<NameResult> results = {{"a", client, &kAnswer, 60, "s1"},
                                           {"b", client, nullptr, 30}};
  const std::string data =
      R"({"cip":"198.51.100.7","answers":[)"
      R"({"dn":"a","v4":{"ips":["192.0.2.1"],"ttl":60,"extra":"stream=s1"},)"
      R"("v6":{"ips":[],"ttl":60,"extra":"stream=s1","no_ip_code":"RRNotExist"}},)"
      R"({"dn":"b","v4":{"ips":[],"ttl":30,"no_ip_code":"RRNotExist"},)"
      R"("v6":{"ips":[],"ttl":30,"no_ip_code":"RRNotExist"}}]})";
  std::string plain;
  WriteAlibabaV2(results, Families::kBoth, {AlibabaV2Mode::kPlain}, kCaller, &plain);
  EXPECT_EQ(plain, R"({"code":"success","mode":0,"data":)" + data + "}");
  for (const AlibabaV2Mode mode : {AlibabaV2Mode::kCbc, AlibabaV2Mode::kGcm}) {
    std::string sealed;
    WriteAlibabaV2(results, Families::kBoth, {mode}, kCaller, &sealed);
    const std::string head =
        absl::StrCat(R"({"code":"success","mode":)", static_cast<int>(mode), R"(,"data":")");
    ASSERT_TRUE(absl::StartsWith(sealed, head)) << sealed;
    std::string bytes;
    ASSERT_TRUE(absl::Base64Unescape(
        absl::string_view(sealed).substr(head.size(), sealed.size() - head.size() - 2), &bytes));
    const Cipher cipher = mode == AlibabaV2Mode::kCbc ? Cipher::kAes128Cbc : Cipher::kAes128Gcm;
    EXPECT_EQ(*Open(cipher, *DecodeHex(kAesKey), bytes), data);
  }
}

}  // namespace
}  // namespace nearcast::httpdns
