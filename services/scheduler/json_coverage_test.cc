// What gRPC can ask the HTTP door can ask too: every call, every field, every format, by the
// descriptors of nearcast.v1.StreamScheduler. A new one fails here until the door has it.
#include <map>
#include <string>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/fake_clock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "nearcast/v1/scheduler.pb.h"
#include "rapidjson/document.h"
#include "schedulerlib/convert/stream_convert.h"
#include "schedulerlib/testing/given.h"
#include "services/scheduler/json_scheduler.h"
#include "services/scheduler/json_viewer.h"
#include "services/store/memory_store.h"

namespace nearcast {
namespace {

using google::protobuf::FieldDescriptor;
using http::Method;

constexpr char kAddress[] = "192.0.2.7";
constexpr char kTime[] = "2026-02-01T19:50:00Z";

enum class Takes { kBody, kQuery, kPath, kPlayParams };

struct Door {
  Method method;
  std::string path;
  Takes takes;
};

// By the name of the gRPC call.
const std::map<std::string, Door>& Doors() {
  static const auto& doors = *new std::map<std::string, Door>{
      {"CreateStream", {Method::kPost, "/v1/streams", Takes::kBody}},
      {"UpdateStreamState", {Method::kPost, "/v1/streams/x/state", Takes::kBody}},
      {"EndStream", {Method::kPost, "/v1/streams/x/end", Takes::kBody}},
      {"GetStream", {Method::kGet, "/v1/streams/x", Takes::kPath}},
      {"ListStreams", {Method::kGet, "/v1/streams", Takes::kQuery}},
      {"GetPlayInfo", {Method::kGet, "/v1/play", Takes::kPlayParams}},
      {"BatchGetPlayInfo", {Method::kGet, "/v1/plays", Takes::kPlayParams}},
      {"MoveStream", {Method::kPost, "/v1/streams/x/move", Takes::kBody}},
      {"PreheatStream", {Method::kPost, "/v1/streams/x/preheat", Takes::kBody}},
      {"ForwardStream", {Method::kPost, "/v1/streams/x/forward", Takes::kBody}},
  };
  return doors;
}

// Where the door has a field of GetPlayInfoRequest and BatchGetPlayInfoRequest.
const std::map<std::string, std::string>& PlayParams() {
  static const auto& params = *new std::map<std::string, std::string>{
      {"stream", "stream"},           {"streams", "streams"},
      {"viewer", "see ViewerParams"}, {"format", "format"},
      {"pathway", "_HLS_pathway"},    {"steering_uri", "the playlist's own address"},
  };
  return params;
}

// And one of Viewer.
const std::map<std::string, std::string>& ViewerParams() {
  static const auto& params = *new std::map<std::string, std::string>{
      {"address", "ip"},
      {"viewer_id", "viewer"},
      {"app", "app"},
      {"app_version", "app_version"},
      {"device", "device"},
      {"network_grade", "grade"},
      {"os", "os"},
      {"network", "network"},
      {"viewer_class", "class"},
      {"recent_stalls", "recent_stalls"},
      {"recent_retries", "recent_retries"},
      {"recent_age_s", "recent_age_s"},
  };
  return params;
}

// Any value, as a parameter says it.
std::string SampleOf(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return field.name() == "address" ? kAddress : "x";
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true";
    case FieldDescriptor::CPPTYPE_ENUM:
      return field.enum_type()->value(1)->name();
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return kTime;
    default:
      return "3";
  }
}

std::string JsonOf(const FieldDescriptor& field);

// All fields of a message, the messages within it included.
std::string JsonOf(const google::protobuf::Descriptor& type) {
  if (type.full_name() == "google.protobuf.Timestamp") return absl::StrCat("\"", kTime, "\"");
  std::string json;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    absl::StrAppend(&json, json.empty() ? "" : ",", "\"", field.name(), "\":", JsonOf(field));
  }
  return absl::StrCat("{", json, "}");
}

std::string JsonOf(const FieldDescriptor& field) {
  std::string json;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    json = JsonOf(*field.message_type());
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    json = "true";
  } else {
    json = absl::StrCat("\"", SampleOf(field), "\"");
  }
  return field.is_repeated() ? absl::StrCat("[", json, "]") : json;
}

class JsonCoverageTest : public ::testing::Test {
 protected:
  void SetUp() override { RegisterJsonScheduler(&router_, &scheduler_); }

  // "STATUS CODE", or what was answered.
  std::string Ask(const Door& door, absl::string_view query, absl::string_view body) {
    const http::RouteMatch match = router_.Find(door.method, door.path);
    if (match.endpoint == nullptr) return "no such path";
    http::Request request;
    request.method = door.method;
    request.path = door.path;
    request.query = query;
    request.body = body;
    request.wildcard = match.wildcard;
    request.client = scheduler::Ip("10.2.0.9");
    http::Response response;
    match.endpoint->now(request, response);
    rapidjson::Document json;
    json.Parse(response.body);
    if (json.HasParseError() || !json.IsObject() || !json.HasMember("code")) return response.body;
    return absl::StrCat(response.status, " ", json["code"].GetString(), " ",
                        json.HasMember("message") ? json["message"].GetString() : "");
  }

  static const google::protobuf::FileDescriptor& File() {
    return *v1::Stream::descriptor()->file();
  }

  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  store::MemoryStore store_;
  StreamTable streams_{&store_};
  SnapshotHolder<scheduler::Snapshot> snapshots_{
      scheduler::Given().Own("own").Node("gz", "CN").Point("show", {"own"}).Snapshot()};
  StreamScheduler scheduler_{&clock_, &snapshots_, &streams_};
  http::Router router_;
};

TEST_F(JsonCoverageTest, EveryCallHasADoor) {
  const auto* service = File().FindServiceByName("StreamScheduler");
  ASSERT_NE(service, nullptr);
  for (int i = 0; i < service->method_count(); ++i) {
    const auto door = Doors().find(service->method(i)->name());
    ASSERT_NE(door, Doors().end())
        << service->method(i)->name() << ": add it to json_scheduler.h, and here";
    EXPECT_NE(router_.Find(door->second.method, door->second.path).endpoint, nullptr)
        << door->second.path;
  }
}

TEST_F(JsonCoverageTest, ABodyMayHaveEveryField) {
  const auto* service = File().FindServiceByName("StreamScheduler");
  int asked = 0;
  for (int i = 0; i < service->method_count(); ++i) {
    const Door& door = Doors().at(service->method(i)->name());
    if (door.takes != Takes::kBody) continue;
    ++asked;
    const std::string body = JsonOf(*service->method(i)->input_type());
    const std::string answer = Ask(door, "", body);
    EXPECT_TRUE(absl::StartsWith(answer, "4")) << answer;  // there is no such stream or point
    EXPECT_FALSE(absl::StrContains(answer, "INVALID_JSON")) << answer << body;
    EXPECT_FALSE(absl::StrContains(answer, "UNKNOWN_CALL")) << answer << door.path;
    EXPECT_TRUE(absl::StartsWith(Ask(door, "", R"({"nonsense":1})"), "400 INVALID_JSON"));
  }
  EXPECT_EQ(asked, 6);
}

TEST_F(JsonCoverageTest, AQueryMayHaveEveryField) {
  const Door& door = Doors().at("ListStreams");
  const auto& type = *v1::ListStreamsRequest::descriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string answer = Ask(door, absl::StrCat(field.name(), "=", SampleOf(field)), "");
    EXPECT_TRUE(answer == "{}" || absl::StrContains(answer, "INVALID_PAGE_TOKEN"))
        << field.name() << ": " << answer;
  }
  EXPECT_TRUE(absl::StartsWith(Ask(door, "nonsense=1", ""), "400 INVALID_QUERY"));
}

TEST_F(JsonCoverageTest, EveryFieldOfAPlayHasAPlace) {
  for (const auto* type :
       {v1::GetPlayInfoRequest::descriptor(), v1::BatchGetPlayInfoRequest::descriptor()}) {
    for (int i = 0; i < type->field_count(); ++i) {
      EXPECT_EQ(PlayParams().count(type->field(i)->name()), 1u)
          << type->field(i)->full_name() << ": add it to json_play.h, and here";
    }
  }
}

TEST_F(JsonCoverageTest, EveryFormatCanBeAskedFor) {
  const std::map<int, Door> doors = {
      {v1::GetPlayInfoRequest::STREAM_DATA, {Method::kGet, "/v1/play", Takes::kPlayParams}},
      {v1::GetPlayInfoRequest::VE_LIVE_PLAYER, {Method::kGet, "veplayer", Takes::kPlayParams}},
      {v1::GetPlayInfoRequest::AUTO_LIST, {Method::kGet, "auto", Takes::kPlayParams}},
      {v1::GetPlayInfoRequest::HLS_MULTIVARIANT, {Method::kGet, "hls", Takes::kPlayParams}},
      {v1::GetPlayInfoRequest::HLS_STEERING, {Method::kGet, "/v1/steering/x", Takes::kPath}},
      {v1::GetPlayInfoRequest::DASH_STEERING, {Method::kGet, "/v1/steering/x", Takes::kPath}},
  };
  const auto& formats = *v1::GetPlayInfoRequest::Format_descriptor();
  for (int i = 1; i < formats.value_count(); ++i) {  // 0 = unspecified
    const auto found = doors.find(formats.value(i)->number());
    ASSERT_NE(found, doors.end()) << formats.value(i)->name();
    Door door = found->second;
    std::string query = "stream=x";
    if (!absl::StartsWith(door.path, "/")) {
      absl::StrAppend(&query, "&format=", door.path);
      door.path = "/v1/play";
    }
    EXPECT_TRUE(absl::StartsWith(Ask(door, query, ""), "404 STREAM_NOT_FOUND"))
        << Ask(door, query, "");
  }
}

auto Parts(const scheduler::Viewer& v) {
  return std::make_tuple(v.address, v.key, v.app, v.app_version, v.device, v.os, v.network,
                         v.viewer_class, v.network_grade, v.recent_stalls, v.recent_retries,
                         v.recent_age_s);
}

TEST_F(JsonCoverageTest, EveryFieldOfAViewerMeansTheSameAsAParameter) {
  v1::Viewer nobody;
  nobody.set_address("10.2.0.9");
  const auto& type = *v1::Viewer::descriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const auto param = ViewerParams().find(field.name());
    ASSERT_NE(param, ViewerParams().end())
        << field.full_name() << ": add it to json_viewer.h, and here";
    v1::Viewer viewer;
    const std::string json = absl::StrCat("{\"", field.name(), "\":\"", SampleOf(field), "\"}");
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json, &viewer).ok()) << json;
    if (viewer.address().empty()) viewer.set_address(nobody.address());
    const auto by_grpc = scheduler::FromProto(viewer);
    ASSERT_TRUE(by_grpc.ok());
    http::Request request;
    const std::string query = absl::StrCat(param->second, "=", SampleOf(field));
    request.query = query;
    request.client = scheduler::Ip("10.2.0.9");
    const auto by_http = ReadViewer(request, **request.params());
    ASSERT_TRUE(by_http.ok()) << by_http.status();
    EXPECT_EQ(Parts(*by_http), Parts(*by_grpc)) << field.name();
    EXPECT_NE(Parts(*by_http), Parts(*scheduler::FromProto(nobody))) << field.name();
  }
}

}  // namespace
}  // namespace nearcast
