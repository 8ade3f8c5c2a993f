#include "dataplane/orders/order_page.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "dataplane/egress/play_request.h"
#include "dataplane/orders/rtmp_url.h"

namespace nearcast::orders {
namespace {

constexpr char kGiver[] = "http";
constexpr char kHoldPath[] = "/api/hold";
constexpr char kForwardPath[] = "/api/forward";
constexpr char kOrdersPath[] = "/api/orders";
constexpr char kDone[] = "{}\n";

// Empty when the parameter is not there.
std::string Parameter(absl::string_view query, absl::string_view key) {
  for (absl::string_view pair : absl::StrSplit(query, '&')) {
    const size_t equals = std::min(pair.find('='), pair.size());
    if (pair.substr(0, equals) != key || equals == pair.size()) continue;
    return DecodePercent(pair.substr(equals + 1));
  }
  return "";
}

// Puts `item` on the list or takes it off.
template <typename Item>
absl::StatusOr<std::string> Change(absl::string_view method, OrderList<Item>* list,
                                   const Item& item) {
  if (method == "PUT") {
    if (list->Add(kGiver, item)) return kDone;
    return absl::ResourceExhaustedError("this node has all the orders that it takes");
  }
  if (list->Remove(kGiver, item)) return kDone;
  return absl::NotFoundError("no such order was given here");
}

}  // namespace

std::string DecodePercent(absl::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() &&
                        absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 1])) &&
                        absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 2]));
    if (!escape) {
      out.push_back(text[i]);
      continue;
    }
    int byte = 0;
    (void)absl::SimpleHexAtoi(text.substr(i + 1, 2), &byte);
    out.push_back(static_cast<char>(byte));
    i += 2;
  }
  return out;
}

absl::Status ValidateForward(const StreamForward& forward) {
  NC_RETURN_IF_ERROR(egress::ValidateStreamName(forward.stream));
  return ParseRtmpUrl(forward.url).status();
}

bool OrderPage::Owns(absl::string_view path) const {
  return path == kHoldPath || path == kForwardPath || path == kOrdersPath;
}

absl::StatusOr<std::string> OrderPage::Answer(const egress::AdminRequest& request) {
  if (!request.is_local) {
    return absl::PermissionDeniedError("orders are taken from this machine only");
  }
  if (request.path == kOrdersPath && request.method == "GET") return WriteOrders();
  if (request.method != "PUT" && request.method != "DELETE") {
    return absl::InvalidArgumentError("want PUT or DELETE, or GET /api/orders");
  }
  return request.path == kHoldPath ? AnswerHold(request) : AnswerForward(request);
}

absl::StatusOr<std::string> OrderPage::AnswerHold(const egress::AdminRequest& request) {
  const std::string stream = Parameter(request.query, "stream");
  NC_RETURN_IF_ERROR(egress::ValidateStreamName(stream));
  return Change(request.method, &orders_->holds, stream);
}

absl::StatusOr<std::string> OrderPage::AnswerForward(const egress::AdminRequest& request) {
  const StreamForward forward{Parameter(request.query, "stream"), Parameter(request.query, "url")};
  NC_RETURN_IF_ERROR(ValidateForward(forward));
  return Change(request.method, &orders_->forwards, forward);
}

std::string OrderPage::WriteOrders() const {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> json(buffer);
  json.StartObject();
  json.Key("hold");
  json.StartArray();
  for (const std::string& stream : orders_->holds.All()) json.String(stream);
  json.EndArray();
  json.Key("forward");
  json.StartArray();
  for (const StreamForward& forward : orders_->forwards.All()) {
    json.StartObject();
    json.Key("stream");
    json.String(forward.stream);
    json.Key("url");
    json.String(forward.url);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return absl::StrCat(buffer.GetString(), "\n");
}

}  // namespace nearcast::orders
