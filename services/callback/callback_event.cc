#include "services/callback/callback_event.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "services/http/json_text.h"

namespace nearcast::callback {
namespace {

bool SameLines(const scheduler::Stream& a, const scheduler::Stream& b) {
  return a.play_cdn == b.play_cdn &&
         std::equal(a.push_lines.begin(), a.push_lines.end(), b.push_lines.begin(),
                    b.push_lines.end(),
                    [](const scheduler::PushLine& x, const scheduler::PushLine& y) {
                      return x.line == y.line && x.url == y.url;
                    });
}

// `key` is one of ours: it has nothing to escape.
void AppendMember(absl::string_view key, absl::string_view value, std::string& json) {
  absl::StrAppend(&json, json.back() == '{' ? "" : ",", "\"", key, "\":");
  http::AppendJsonString(value, &json);
}

}  // namespace

std::optional<absl::string_view> EventOf(const scheduler::Stream* before,
                                         const scheduler::Stream& after) {
  if (before == nullptr) return "created";
  if (before->state != after.state) return StreamStateName(after.state);
  if (!SameLines(*before, after)) return "moved";
  if (before->carried_by != after.carried_by) return "carried";
  return std::nullopt;
}

bool Wants(const scheduler::Callback& callback, absl::string_view event) {
  const auto& events = callback.events;
  const bool lists =
      events.empty() || std::find(events.begin(), events.end(), event) != events.end();
  return lists && !callback.url.empty();
}

std::string WriteCallbackBody(absl::string_view event, const scheduler::Stream& stream,
                              absl::Time time) {
  std::string json = "{";
  AppendMember("event", event, json);
  AppendMember("stream", stream.name, json);
  AppendMember("publish_point", stream.publish_point, json);
  AppendMember("state", StreamStateName(stream.state), json);
  absl::StrAppend(&json, ",\"time_ms\":", absl::ToUnixMillis(time), ",\"push_lines\":[");
  for (const scheduler::PushLine& line : stream.push_lines) {
    absl::StrAppend(&json, json.back() == '[' ? "{" : ",{");
    AppendMember("line", line.line, json);
    AppendMember("cdn", line.cdn, json);
    AppendMember("node", line.node, json);
    json += "}";
  }
  json += "]";
  if (stream.carried_by != scheduler::CarriedBy::kPlanned) {
    const bool is_main = stream.carried_by == scheduler::CarriedBy::kMain;
    AppendMember("carried_by", is_main ? "main" : "backup", json);
  }
  if (!stream.play_cdn.empty()) AppendMember("play_cdn", stream.play_cdn, json);
  return json + "}";
}

std::string SignCallback(absl::string_view secret, int64_t time_s, absl::string_view body) {
  std::string signature;
  HmacSha256(secret).AppendHex({absl::StrCat(time_s), ".", body}, signature);
  return signature;
}

}  // namespace nearcast::callback
