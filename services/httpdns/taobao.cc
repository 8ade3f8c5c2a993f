#include "services/httpdns/taobao.h"

#include "services/http/json_text.h"
#include "services/httpdns/answer_text.h"

namespace nearcast::httpdns {
namespace {

void AppendName(absl::string_view key, absl::string_view name, std::string* out) {
  Append(",\"", out);
  Append(key, out);
  Append("\":", out);
  http::AppendJsonString(name, out);
}

void AppendId(absl::string_view key, absl::string_view id, std::string* out) {
  AppendName(key, id.empty() ? "-1" : id, out);
}

}  // namespace

std::optional<Refusal> ParseTaobao(const http::QueryParams& params,
                                   const ipdb::IpAddress& connection, ipdb::IpAddress* asked) {
  const absl::string_view text = params.Get("ip");
  *asked = connection;
  if (text.empty() || text == "myip") return std::nullopt;
  const auto address = ipdb::ParseIpAddress(text);
  if (!address.ok()) return Refusal{400, "", "ip is not an IP address"};
  *asked = *address;
  return std::nullopt;
}

void WriteTaobao(const ipdb::IpAddress& address, const ipdb::Location& location,
                 const ipdb::NameTable& names, std::string* out) {
  const ipdb::LocationNames words = names.Describe(location, ipdb::Language::kChinese);
  Append("{\"code\":0,\"data\":{\"ip\":\"", out);
  AppendAddress(address, out);
  Append("\"", out);
  AppendName("country", words.country, out);
  AppendName("area", words.area, out);
  AppendName("region", words.region, out);
  AppendName("city", words.city, out);
  AppendName("county", "", out);
  AppendName("isp", words.isp, out);
  AppendId("country_id", location.country, out);
  AppendId("area_id", words.area_id, out);
  AppendId("region_id", location.region, out);
  AppendId("city_id", location.city, out);
  AppendId("county_id", "", out);
  AppendId("isp_id", words.isp_id, out);
  Append("}}", out);
}

void WriteTaobaoFailure(absl::string_view message, std::string* out) {
  Append("{\"code\":1,\"data\":", out);
  http::AppendJsonString(message, out);
  Append("}", out);
}

}  // namespace nearcast::httpdns
