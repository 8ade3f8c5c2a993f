// The shape of Taobao's address API, which is closed but whose clients live on: where is this
// address?
//
//   GET /service/getIpInfo.php?ip=ADDRESS     ip=myip or no ip: the caller's own
//     {"code":0,"data":{"ip":"14.215.177.39","country":"中国","area":"华南","region":"广东","city":"广州","county":"",
//      "isp":"电信","country_id":"CN","area_id":"800000","region_id":"440000","city_id":"440100","county_id":"-1",
//      "isp_id":"100017"}}
//     {"code":1,"data":"ip is not an IP address"}
//
// Ids of regions and cities are the administrative codes of GB/T 2260; what is unknown has the name
// "" and the id "-1". Pure.
#ifndef SERVICES_HTTPDNS_TAOBAO_H_
#define SERVICES_HTTPDNS_TAOBAO_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "ipdb/ip_address.h"
#include "ipdb/location.h"
#include "ipdb/name_table.h"
#include "services/http/query_params.h"
#include "services/httpdns/question.h"

namespace nearcast::httpdns {

// The address that is asked about. `connection` is the caller's. The refusal is a 400.
std::optional<Refusal> ParseTaobao(const http::QueryParams& params,
                                   const ipdb::IpAddress& connection, ipdb::IpAddress* asked);

// Appends the answer's JSON, names in Chinese.
void WriteTaobao(const ipdb::IpAddress& address, const ipdb::Location& location,
                 const ipdb::NameTable& names, std::string* out);
void WriteTaobaoFailure(absl::string_view message, std::string* out);

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_TAOBAO_H_
