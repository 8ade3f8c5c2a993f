#include "client/alibaba_v1.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace nearcast::client {
namespace {

// "name=address+address/ttl" for each, or the status code.
std::string Parse(absl::string_view body) {
  const auto answers = ParseReply(body);
  if (!answers.ok()) return absl::StatusCodeToString(answers.status().code());
  return absl::StrJoin(*answers, " ", [](std::string* out, const NameAnswer& a) {
    absl::StrAppend(out, a.name, "=", absl::StrJoin(a.addresses, "+"), "/",
                    absl::ToInt64Seconds(a.ttl));
  });
}

std::string Path(const AlibabaAccount& account, const std::vector<std::string>& names,
                 Families families) {
  return WriteRequestPath(account, names, families, absl::FromUnixSeconds(1632912372));
}

TEST(AlibabaV1Test, SignatureEqualsThePublishedVector) {
  EXPECT_EQ(SignHosts("abcdef2345", "123456", 1632912372), "de7be63a9f19cf11e9d455d7d4f23cb4");
}

TEST(AlibabaV1Test, WritesUnsignedPaths) {
  EXPECT_EQ(Path({}, {"a.b"}, Families::kIpv4), "/d?host=a.b");
  EXPECT_EQ(Path({"100000", ""}, {"a.b"}, Families::kBoth), "/100000/d?host=a.b&query=4,6");
  EXPECT_EQ(Path({"7", ""}, {"a.b", "c.d"}, Families::kIpv6), "/7/resolve?host=a.b,c.d&query=6");
}

TEST(AlibabaV1Test, SignsHostsInTheirOrder) {
  const std::string both = SignHosts("b,a", "secret", 1632912372);
  EXPECT_EQ(Path({"7", "secret"}, {"b", "a"}, Families::kIpv4),
            "/7/sign_resolve?host=b,a&t=1632912372&s=" + both);
  EXPECT_EQ(Path({"7", "123456"}, {"abcdef2345"}, Families::kIpv4),
            "/7/sign_d?host=abcdef2345&t=1632912372&s=de7be63a9f19cf11e9d455d7d4f23cb4");
  EXPECT_NE(both, SignHosts("a,b", "secret", 1632912372));
}

TEST(AlibabaV1Test, ReadsSingleReplies) {
  EXPECT_EQ(Parse(R"({"host":"www.X.com","ips":["1.2.3.4","1.2.3.5"],"ttl":57,"origin_ttl":60,)"
                  R"("client_ip":"106.11.41.215"})"),
            "www.x.com=1.2.3.4+1.2.3.5/57");
  EXPECT_EQ(Parse(R"({"host":"a","ips":["1.2.3.4"],"ipsv6":["2001:db8::1"],"ttl":9})"),
            "a=1.2.3.4+2001:db8::1/9");
  EXPECT_EQ(Parse(R"({"host":"a","ips":[],"ttl":60})"), "a=/60");
}

TEST(AlibabaV1Test, JoinsTheFamiliesOfABatchAndTakesTheSmallerTtl) {
  EXPECT_EQ(Parse(R"({"dns":[{"host":"a","ips":["1.2.3.4"],"type":1,"ttl":60},)"
                  R"({"host":"b","ips":[],"type":1,"ttl":30},)"
                  R"({"host":"a","ipsv6":["2001:db8::1"],"type":28,"ttl":20}]})"),
            "a=1.2.3.4+2001:db8::1/20 b=/30");
}

TEST(AlibabaV1Test, LeavesOutWhatIsNotAnAddressOrAName) {
  EXPECT_EQ(Parse(R"({"host":"a","ips":["1.2.3.4","x",5,"2001:db8::1","1.2.3.4",null],"ttl":9})"),
            "a=1.2.3.4/9");
  EXPECT_EQ(Parse(R"({"dns":[{"host":"a b","ips":["1.2.3.4"]},7,{"host":"c","ips":"no"}]})"),
            "c=/60");
}

TEST(AlibabaV1Test, BoundsTtlAndCount) {
  EXPECT_EQ(Parse(R"({"host":"a","ips":[],"ttl":0})"), "a=/60");
  EXPECT_EQ(Parse(R"({"host":"a","ips":[],"ttl":-5})"), "a=/60");
  EXPECT_EQ(Parse(R"({"host":"a","ips":[],"ttl":"9"})"), "a=/60");
  EXPECT_EQ(Parse(R"({"host":"a","ips":[],"ttl":9223372036854775807})"), "a=/86400");
  std::string many = R"({"host":"a","ips":["1.2.3.0")";
  for (int i = 1; i < 200; ++i) absl::StrAppend(&many, ",\"1.2.3.", i, "\"");
  EXPECT_EQ((*ParseReply(many + "]}"))[0].addresses.size(), kAddressesMax);
}

TEST(AlibabaV1Test, RefusesWhatIsNotAReply) {
  for (const char* body : {"", "[]", "7", "<html>", R"({"host":"a")", R"({"dns":[]})",
                           R"({"code":"InvalidHost"})", R"({"dns":{}})", R"({"host":7})"}) {
    EXPECT_EQ(Parse(body), "DATA_LOSS") << body;
  }
  EXPECT_EQ(Parse(std::string(60000, '[')), "DATA_LOSS");
}

TEST(AlibabaV1Test, JudgesRefusalsAsTheVendorsSdksDo) {
  const auto judge = [](const std::string& code) {
    return JudgeRefusal(absl::StrCat("{\"code\":\"", code, "\",\"message\":\"\"}"));
  };
  for (const char* code : {"SignatureExpired", "InvalidDuration"}) {
    EXPECT_EQ(judge(code), Refusal::kClock) << code;
  }
  for (const char* code : {"InvalidSignature", "InvalidHost", "TooManyHosts", "MissingArgument",
                           "InvalidAccount", "AccountNotExists", "UnsignedInterfaceDisabled"}) {
    EXPECT_EQ(judge(code), Refusal::kQuestion) << code;
  }
  for (const char* code : {"ServiceLevelDeny", "InternalError", "SomethingNew", ""}) {
    EXPECT_EQ(judge(code), Refusal::kServer) << code;
  }
  EXPECT_EQ(JudgeRefusal("<html>Bad Gateway</html>"), Refusal::kServer);
  EXPECT_EQ(FindErrorCode(R"({"code":"InvalidHost"})"), "InvalidHost");
}

}  // namespace
}  // namespace nearcast::client
