#include "services/httpdns/alibaba_v1.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "schedulerlib/place/steering.h"

namespace nearcast::httpdns {
namespace {

// "names from clients families", or the refusal's code.
std::string Parse(const std::string& query, AlibabaForm form,
                  IpParameter ip_parameter = IpParameter::kHonoured) {
  http::QueryParams params;
  EXPECT_TRUE(params.Parse(query).ok());
  Question question;
  const auto connection = *ipdb::ParseIpAddress("203.0.113.9");
  if (auto refusal = ParseAlibabaV1(params, form, connection, ip_parameter, &question)) {
    EXPECT_EQ(refusal->status, 400);
    return std::string(refusal->code);
  }
  const auto text = [](std::string* out, const ipdb::IpAddress& a) { *out += a.ToString(); };
  return absl::StrCat(
      absl::StrJoin(question.names, "+"), " from ", absl::StrJoin(question.clients, "+", text), " ",
      static_cast<int>(question.families), question.stream.empty() ? "" : " for ", question.stream);
}

TEST(AlibabaV1Test, ReadsSingleQueries) {
  const auto parse = [](const std::string& query) { return Parse(query, AlibabaForm::kSingle); };
  EXPECT_EQ(parse("host=a.b"), "a.b from 203.0.113.9 1");
  EXPECT_EQ(parse("host=a.b&ip="), "a.b from 203.0.113.9 1");
  EXPECT_EQ(parse("host=a.b&ip=192.0.2.1&query=6"), "a.b from 192.0.2.1 2");
  EXPECT_EQ(parse("host=a.b&ip=2001:DB8::1&query=4,6"), "a.b from 2001:db8::1 3");
  EXPECT_EQ(parse("host=a.b&query=6%2C4&sid=abc&net=wifi"), "a.b from 203.0.113.9 3");
  EXPECT_EQ(parse(""), "MissingArgument");
  EXPECT_EQ(parse("host="), "MissingArgument");
  EXPECT_EQ(parse("host=a..b"), "InvalidHost");
  EXPECT_EQ(parse("host=a.b,c.d"), "InvalidHost");
  EXPECT_EQ(parse("host=" + std::string(10000, 'a')), "InvalidHost");
  EXPECT_EQ(parse("host=a.b&ip=nonsense"), "MissingArgument");
  EXPECT_EQ(parse("host=a.b&ip=192.0.2.1,192.0.2.2"), "MissingArgument");
  EXPECT_EQ(parse("host=a.b&query=5"), "MissingArgument");
  EXPECT_EQ(parse("host=a.b&sdns-k=v"), "a.b from 203.0.113.9 1");
  EXPECT_EQ(parse("host=a.b&sdns-k=v&sdns-stream=r1_x-=&sdns-stream2="),
            "a.b from 203.0.113.9 1 for r1_x-=");
  EXPECT_EQ(parse("host=a.b&sdns-=v"), "SdnsNotSupported");
  EXPECT_EQ(parse("host=a.b&sdns-k!=v"), "SdnsNotSupported");
  EXPECT_EQ(parse("host=a.b&sdns-k=v%22"), "SdnsNotSupported");
  EXPECT_EQ(parse("host=a.b&sdns-k=" + std::string(993, 'v')), "a.b from 203.0.113.9 1");
  EXPECT_EQ(parse("host=a.b&sdns-k=" + std::string(995, 'v')), "SdnsNotSupported");
}

TEST(AlibabaV1Test, ReadsBatchQueries) {
  const auto parse = [](const std::string& query) { return Parse(query, AlibabaForm::kBatch); };
  EXPECT_EQ(parse("host=a"), "a from 203.0.113.9 1");
  EXPECT_EQ(parse("host=a,b,c,d,e&ip=192.0.2.1"), "a+b+c+d+e from 192.0.2.1 1");
  EXPECT_EQ(parse("host=a&ip=192.0.2.1,192.0.2.2"), "a from 192.0.2.1+192.0.2.2 1");
  EXPECT_EQ(parse("host=a,b,c,d,e,f"), "TooManyHosts");
  EXPECT_EQ(parse("host=a,b&ip=192.0.2.1,192.0.2.2"), "TooManyHosts");
  EXPECT_EQ(parse("host=a&ip=1.1.1.1,1.1.1.2,1.1.1.3,1.1.1.4,1.1.1.5,1.1.1.6"), "TooManyHosts");
  EXPECT_EQ(parse("host=a,,b"), "InvalidHost");
  EXPECT_EQ(parse("host=,"), "InvalidHost");
  EXPECT_EQ(parse("ip=192.0.2.1"), "MissingArgument");
}

TEST(AlibabaV1Test, IgnoresTheAddressOfACallerWithoutTheRight) {
  EXPECT_EQ(Parse("host=a&ip=192.0.2.1", AlibabaForm::kSingle, IpParameter::kIgnored),
            "a from 203.0.113.9 1");
}

const scheduler::NameAnswer kAnswer = {
    .nodes = {},
    .ipv4 = {{192, 0, 2, 1}, {192, 0, 2, 2}},
    .ipv6 = {{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}};

std::string Write(const std::vector<NameResult>& results, AlibabaForm form, Families families) {
  std::string out;
  WriteAlibabaV1(results, form, families, &out);
  return out;
}

TEST(AlibabaV1Test, WritesSingleAnswers) {
  const auto client = *ipdb::ParseIpAddress("198.51.100.7");
  const std::vector<NameResult> found = {{"a.b", client, &kAnswer, 60}};
  const std::string rest = R"("ttl":60,"origin_ttl":60,"client_ip":"198.51.100.7"})";
  EXPECT_EQ(Write(found, AlibabaForm::kSingle, Families::kIpv4),
            R"({"host":"a.b","ips":["192.0.2.1","192.0.2.2"],)" + rest);
  EXPECT_EQ(Write(found, AlibabaForm::kSingle, Families::kIpv6),
            R"({"host":"a.b","ips":[],"ipsv6":["2001:db8::1"],)" + rest);
  EXPECT_EQ(Write(found, AlibabaForm::kSingle, Families::kBoth),
            R"({"host":"a.b","ips":["192.0.2.1","192.0.2.2"],"ipsv6":["2001:db8::1"],)" + rest);
  EXPECT_EQ(Write({{"a.b", client, nullptr, 60}}, AlibabaForm::kSingle, Families::kBoth),
            R"({"host":"a.b","ips":[],"ipsv6":[],)" + rest);
}

TEST(AlibabaV1Test, TellsAliasAndStreamInExtra) {
  const auto client = *ipdb::ParseIpAddress("198.51.100.7");
  const scheduler::NameAnswer alias = {
      .nodes = {}, .ipv4 = {}, .ipv6 = {}, .cname = "x.cdn.example"};
  const std::string head = R"({"host":"a","ips":[],"ttl":60,"origin_ttl":60,)";
  EXPECT_EQ(Write({{"a", client, &alias, 60, "s1"}}, AlibabaForm::kSingle, Families::kIpv4),
            head + R"("client_ip":"198.51.100.7","extra":"cname=x.cdn.example;stream=s1"})");
  EXPECT_EQ(Write({{"a", client, &alias, 60}}, AlibabaForm::kSingle, Families::kIpv4),
            head + R"("client_ip":"198.51.100.7","extra":"cname=x.cdn.example"})");
  EXPECT_EQ(Write({{"a", client, nullptr, 60, "s1"}}, AlibabaForm::kSingle, Families::kIpv4),
            head + R"("client_ip":"198.51.100.7","extra":"stream=s1"})");
}

// The published vector: secret 123456, nonce abcdef2345.
TEST(AlibabaV1Test, ChecksSchedulesLikeTheDocument) {
  scheduler::Account account;
  account.sign_secret = "123456";
  const Caller caller{&account};
  const absl::Time end = absl::FromUnixSeconds(1632912372);
  const auto check = [&](const std::string& query, absl::Time now) {
    http::QueryParams params;
    EXPECT_TRUE(params.Parse(query).ok());
    const auto reason = ParseAlibabaSchedule(params, caller, now);
    return reason ? std::string(AlibabaRefusal(*reason).code) : "ok";
  };
  const std::string good = "n=abcdef2345&t=1632912372&s=de7be63a9f19cf11e9d455d7d4f23cb4";
  EXPECT_EQ(check(good, end), "ok");
  EXPECT_EQ(check(good + "&region=hk", end + absl::Seconds(150)), "ok");
  EXPECT_EQ(check(good + "&region=mars", end), "MissingArgument");
  EXPECT_EQ(check(good, end + absl::Seconds(151)), "SignatureExpired");
  EXPECT_EQ(check(good, end - absl::Hours(25)), "InvalidDuration");
  EXPECT_EQ(check("n=abcdef2346&t=1632912372&s=de7be63a9f19cf11e9d455d7d4f23cb4", end),
            "InvalidSignature");
  EXPECT_EQ(check("n=abcdef2&t=1632912372&s=x", end), "MissingArgument");
  EXPECT_EQ(check("n=abcdefgh&t=1632912372&s=x", end), "MissingArgument");
  EXPECT_EQ(check("t=1632912372", end), "MissingArgument");
  EXPECT_EQ(check("", end), "UnsignedInterfaceDisabled");
  account.allow_unsigned = true;
  EXPECT_EQ(check("region=cn", end), "ok");
}

TEST(AlibabaV1Test, WritesServiceAddressesByFamily) {
  std::string out;
  WriteAlibabaSchedule(
      std::vector<std::string>{"192.0.2.1", "2001:DB8::1", "dns.example", "192.0.2.2"}, &out);
  EXPECT_EQ(out, R"({"service_ip":["192.0.2.1","192.0.2.2"],"service_ipv6":["2001:db8::1"]})");
  out.clear();
  WriteAlibabaSchedule({}, &out);
  EXPECT_EQ(out, R"({"service_ip":[],"service_ipv6":[]})");
}

TEST(AlibabaV1Test, WritesBatchAnswers) {
  const auto client = *ipdb::ParseIpAddress("2001:db8::9");
  const std::vector<NameResult> results = {{"a", client, &kAnswer, 60}, {"b", client, nullptr, 30}};
  EXPECT_EQ(
      Write(results, AlibabaForm::kBatch, Families::kIpv4),
      R"({"dns":[{"host":"a","ips":["192.0.2.1","192.0.2.2"],"type":1,"ttl":60,"origin_ttl":60,)"
      R"("client_ip":"2001:db8::9"},{"host":"b","ips":[],"type":1,"ttl":30,"origin_ttl":30,)"
      R"("client_ip":"2001:db8::9"}]})");
  EXPECT_EQ(
      Write({results[0]}, AlibabaForm::kBatch, Families::kBoth),
      R"({"dns":[{"host":"a","ips":["192.0.2.1","192.0.2.2"],"type":1,"ttl":60,"origin_ttl":60,)"
      R"("client_ip":"2001:db8::9"},{"host":"a","ipsv6":["2001:db8::1"],"type":28,"ttl":60,)"
      R"("origin_ttl":60,"client_ip":"2001:db8::9"}]})");
}

}  // namespace
}  // namespace nearcast::httpdns
