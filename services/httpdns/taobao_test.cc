#include "services/httpdns/taobao.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <string>

#include "ipdb/name_table.h"

namespace nearcast::httpdns {
namespace {

std::string Write(const std::string& address, const ipdb::Location& location) {
  const auto names = ipdb::ReadNameTable("deploy/names");
  EXPECT_TRUE(names.ok()) << names.status();
  std::string out;
  WriteTaobao(*ipdb::ParseIpAddress(address), location, *names, &out);
  return out;
}

TEST(TaobaoTest, TellsAPlaceInChinese) {
  EXPECT_EQ(
      Write("14.215.177.39",
            {.country = "CN", .region = "440000", .city = "440100", .isp = "chinatelecom"}),
      R"({"code":0,"data":{"ip":"14.215.177.39","country":"中国","area":"华南","region":"广东",)"
      R"("city":"广州","county":"","isp":"电信","country_id":"CN","area_id":"800000",)"
      R"("region_id":"440000","city_id":"440100","county_id":"-1","isp_id":"100017"}})");
}

TEST(TaobaoTest, LeavesTheUnknownOpen) {
  EXPECT_EQ(
      Write("2001:db8::1", {}),
      R"({"code":0,"data":{"ip":"2001:db8::1","country":"","area":"","region":"","city":"",)"
      R"("county":"","isp":"","country_id":"-1","area_id":"-1","region_id":"-1","city_id":"-1",)"
      R"("county_id":"-1","isp_id":"-1"}})");
}

TEST(TaobaoTest, IsJsonWhateverTheNames) {
  const std::string text =
      Write("192.0.2.1", {.country = "XX", .region = "a\"b", .city = "\\\n\xff", .isp = "x"});
  rapidjson::Document document;
  EXPECT_FALSE(document.Parse(text).HasParseError()) << text;
}

TEST(TaobaoTest, AsksForTheNamedAddressOrTheCallers) {
  const auto connection = *ipdb::ParseIpAddress("203.0.113.9");
  const auto ask = [&](const char* query) -> std::string {
    http::QueryParams params;
    EXPECT_TRUE(params.Parse(query).ok());
    ipdb::IpAddress asked;
    if (auto refusal = ParseTaobao(params, connection, &asked))
      return std::string(refusal->message);
    return asked.ToString();
  };
  EXPECT_EQ(ask("ip=192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(ask("ip=myip"), "203.0.113.9");
  EXPECT_EQ(ask("ip="), "203.0.113.9");
  EXPECT_EQ(ask(""), "203.0.113.9");
  EXPECT_EQ(ask("ip=256.1.1.1"), "ip is not an IP address");
}

TEST(TaobaoTest, WritesFailures) {
  std::string out;
  WriteTaobaoFailure("no", &out);
  EXPECT_EQ(out, R"({"code":1,"data":"no"})");
}

}  // namespace
}  // namespace nearcast::httpdns
