// stream: live streams, as the broadcast service sees them.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "proto/resource/nearest_name.h"
#include "tools/nearcastctl/all_commands.h"
#include "tools/nearcastctl/call.h"
#include "tools/nearcastctl/quantity_text.h"

namespace nearcast::ctl {
namespace {

using State = v1::Stream::State;

constexpr int kPageStreams = 1000;

std::string StateName(State state) { return absl::AsciiStrToLower(v1::Stream::State_Name(state)); }

// INVALID_ARGUMENT lists the states.
absl::StatusOr<State> ParseState(const std::string& name) {
  State state;
  if (v1::Stream::State_Parse(absl::AsciiStrToUpper(name), &state) &&
      state != v1::Stream::STATE_UNSPECIFIED) {
    return state;
  }
  std::vector<std::string> names;
  for (int i = v1::Stream::CREATED; i <= v1::Stream::State_MAX; ++i) {
    names.push_back(StateName(static_cast<State>(i)));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown state \"", name, "\"", resource::SuggestName(name, names, "states")));
}

std::string WritePreheat(const v1::Stream::Preheat& preheat) {
  return absl::StrCat(
      "Held from ", WriteTime(preheat.start_time()), " to ", WriteTime(preheat.end_time()), " by ",
      preheat.nodes_size(),
      preheat.nodes_size() == 1 ? " node: " : " nodes: ", absl::StrJoin(preheat.nodes(), ", "));
}

std::string WriteStream(const v1::Stream& stream, TextStyle style) {
  std::string text = absl::StrCat("Stream ", Strong(stream.name(), style), " of ",
                                  stream.publish_point(), ": ", StateName(stream.state()), "\n\n");
  Table table({{"LINE"}, {"CDN"}, {"NODE"}, {"PUSH TO"}});
  for (const v1::Stream::PushLine& line : stream.push_lines()) {
    table.AddRow({absl::StrCat(line.line(), line.on_failure_only() ? " (on failure)" : ""),
                  line.cdn(), line.node(), line.url()});
  }
  absl::StrAppend(&text, table.Write(style));
  if (!stream.carried_by().empty()) {
    absl::StrAppend(&text, "\nCarried by the ", stream.carried_by(),
                    " line alone: the other has failed.\n");
  }
  if (stream.has_preheat()) absl::StrAppend(&text, "\n", WritePreheat(stream.preheat()), "\n");
  for (const std::string& url : stream.forwards()) {
    absl::StrAppend(&text, "\nPushed on to ", url, "\n");
  }
  if (stream.ends_on_unpublish()) {
    absl::StrAppend(&text, "\nEnds when its publisher says goodbye.\n");
  }
  for (int i = 0; i < stream.reasons_size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "\n" : "", "  ", i + 1, ". ", stream.reasons(i), "\n");
  }
  return text;
}

ExitCode ShowStream(Call& call, const absl::StatusOr<v1::Stream>& stream) {
  if (!stream.ok()) return call.Failed(stream.status());
  return call.Show(*stream, [&] { return WriteStream(*stream, call.world().style); });
}

std::string WriteStreams(const v1::ListStreamsResponse& list, TextStyle style) {
  Table table({{"STREAM"}, {"STATE"}, {"PUBLISH POINT"}, {"CDN"}, {"NODE"}, {"UPDATED"}});
  for (const v1::Stream& stream : list.streams()) {
    const v1::Stream::PushLine first =
        stream.push_lines().empty() ? v1::Stream::PushLine() : stream.push_lines(0);
    table.AddRow({stream.name(), StateName(stream.state()), stream.publish_point(), first.cdn(),
                  first.node(), WriteTime(stream.update_time())});
  }
  std::string text = table.empty() ? "none\n" : table.Write(style);
  if (!list.next_page_token().empty()) absl::StrAppend(&text, "… and more: raise --limit\n");
  return text;
}

// Page after page, until there are `limit` streams.
absl::StatusOr<v1::ListStreamsResponse> ListStreams(Call& call, v1::ListStreamsRequest request,
                                                    int limit) {
  v1::ListStreamsResponse all;
  do {
    request.set_page_size(std::min(kPageStreams, limit - all.streams_size()));
    request.set_page_token(all.next_page_token());
    const auto page = call.client().ListStreams(request);
    if (!page.ok()) return page.status();
    all.MergeFrom(*page);
    all.set_next_page_token(page->next_page_token());
  } while (!all.next_page_token().empty() && all.streams_size() < limit);
  return all;
}

ExitCode RunList(Call& call) {
  v1::ListStreamsRequest request;
  request.set_publish_point(call.Get("publish-point"));
  if (call.Has("state")) {
    const absl::StatusOr<State> state = ParseState(call.Get("state"));
    if (!state.ok()) return call.Misused(state.status().message());
    request.set_state(*state);
  }
  request.set_cdn(call.Get("cdn"));
  request.set_node(call.Get("node"));
  request.set_name_prefix(call.Get("prefix"));
  const absl::StatusOr<int> limit = call.GetNumber("limit", 1, 1'000'000, 100);
  if (!limit.ok()) return call.Misused(limit.status().message());
  const auto list = ListStreams(call, request, *limit);
  if (!list.ok()) return call.Failed(list.status());
  return call.Show(*list, [&] { return WriteStreams(*list, call.world().style); });
}

ExitCode RunGet(Call& call) {
  v1::GetStreamRequest request;
  request.set_stream(call.Argument(0));
  return ShowStream(call, call.client().GetStream(request));
}

ExitCode RunCreate(Call& call) {
  v1::CreateStreamRequest request;
  request.set_publish_point(call.Get("publish-point"));
  request.set_stream(call.Argument(0));
  request.mutable_broadcaster()->set_address(call.Get("ip"));
  request.mutable_broadcaster()->set_isp(call.Get("isp"));
  request.set_request_id(call.Has("request-id") ? call.Get("request-id") : call.world().request_id);
  request.set_ends_on_unpublish(call.Has("ends-on-unpublish"));
  return ShowStream(call, call.client().CreateStream(request));
}

ExitCode RunState(Call& call) {
  const absl::StatusOr<State> state = ParseState(call.Argument(1));
  if (!state.ok()) return call.Misused(state.status().message());
  v1::UpdateStreamStateRequest request;
  request.set_stream(call.Argument(0));
  request.set_state(*state);
  request.set_carried_by(call.Get("carried-by"));
  return ShowStream(call, call.client().UpdateStreamState(request));
}

ExitCode RunEnd(Call& call) {
  v1::EndStreamRequest request;
  request.set_stream(call.Argument(0));
  return ShowStream(call, call.client().EndStream(request));
}

ExitCode RunMove(Call& call) {
  v1::MoveStreamRequest request;
  request.set_stream(call.Argument(0));
  request.set_swap_push_lines(call.Has("swap"));
  request.set_play_cdn(call.Get("play-cdn"));
  const bool only_viewers = call.Has("play-cdn") && !call.Has("cdn") && !call.Has("line");
  if (!call.Has("swap") && !only_viewers) {
    v1::MoveStreamRequest::Push& push = *request.mutable_push();
    push.set_line(call.Get("line"));
    push.set_cdn(call.Get("cdn"));
    push.set_node(call.Get("node"));
    push.mutable_broadcaster()->set_address(call.Get("ip"));
  }
  return ShowStream(call, call.client().MoveStream(request));
}

// "2026-02-01T20:00:00Z", "2026-02-01T20:00:00+08:00", or "+30m" from now.
absl::StatusOr<absl::Time> ParseStart(const std::string& text, absl::Time now) {
  absl::Duration ahead;
  if (absl::StartsWith(text, "+") && absl::ParseDuration(text.substr(1), &ahead)) {
    return now + ahead;
  }
  absl::Time start;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &start, &error)) return start;
  return absl::InvalidArgumentError(
      absl::StrCat("--at: \"", text,
                   "\" is no time; write 2026-02-01T20:00:00+08:00, or +30m for in half an hour"));
}

void SetStamp(absl::Time time, google::protobuf::Timestamp* to) {
  to->set_seconds(absl::ToUnixSeconds(time));
}

// One place for each combination of what was said.
void AddPlaces(Call& call, v1::PreheatStreamRequest& request) {
  const auto values = [&call](absl::string_view flag) {
    std::vector<std::string> all = call.GetAll(flag);
    if (all.empty()) all.push_back("");
    return all;
  };
  if (!call.Has("country") && !call.Has("region") && !call.Has("isp")) return;
  for (const std::string& country : values("country")) {
    for (const std::string& region : values("region")) {
      for (const std::string& isp : values("isp")) {
        v1::Location& place = *request.add_places();
        place.set_country(country);
        place.set_region(region);
        place.set_isp(isp);
      }
    }
  }
}

ExitCode RunPreheat(Call& call) {
  v1::PreheatStreamRequest request;
  request.set_stream(call.Argument(0));
  request.set_off(call.Has("stop"));
  absl::Time start = call.world().now;
  if (call.Has("at")) {
    const auto parsed = ParseStart(call.Get("at"), start);
    if (!parsed.ok()) return call.Misused(parsed.status().message());
    SetStamp(start = *parsed, request.mutable_start_time());
  }
  absl::Duration duration;
  if (call.Has("for")) {
    if (!absl::ParseDuration(call.Get("for"), &duration) || duration < absl::Seconds(1)) {
      return call.Misused(
          absl::StrCat("--for: \"", call.Get("for"), "\" is no time; write 30m, 2h or 1h30m"));
    }
    SetStamp(start + duration, request.mutable_end_time());
  }
  for (const std::string& nodes : call.GetAll("nodes")) {
    for (const auto node : absl::StrSplit(nodes, ',', absl::SkipEmpty())) {
      request.add_nodes(std::string(node));
    }
  }
  AddPlaces(call, request);
  const auto most = call.GetNumber("most", 1, 10'000, 0);
  if (!most.ok()) return call.Misused(most.status().message());
  request.set_nodes_max(*most);
  return ShowStream(call, call.client().PreheatStream(request));
}

ExitCode RunForward(Call& call) {
  v1::ForwardStreamRequest request;
  request.set_stream(call.Argument(0));
  for (const std::string& url : call.GetAll("to")) request.add_urls(url);
  if (call.Has("stop") != request.urls().empty()) {
    return call.Misused("say where to push it with --to, or --stop");
  }
  return ShowStream(call, call.client().ForwardStream(request));
}

Command ForwardCommand() {
  return {.name = "stream forward",
          .arguments = "NAME",
          .summary = "Has the node that a stream is published to push it on to RTMP servers.",
          .details =
              "What was said for the stream before is replaced. Whoever may read the stream "
              "reads the URLs, with the keys in them.",
          .flags = {{"to", 0, "URL", "rtmp://host[:port]/app/stream; may be repeated"},
                    {"stop", 0, "", "end all"}},
          .examples = {"nearcastctl stream forward gala --to rtmp://a.example/live/key",
                       "nearcastctl stream forward gala --stop"},
          .run = RunForward};
}

std::vector<Flag> PreheatFlags() {
  return {{"at", 0, "TIME", "when nodes begin: 2026-02-01T20:00:00+08:00, or +30m (now)"},
          {"for", 0, "TIME", "how long: 30m, 2h (an hour)"},
          {"nodes", 0, "A,B", "these nodes"},
          {"country", 0, "CODE", "the nodes that viewers there are sent to; may be repeated"},
          {"region", 0, "CODE", "likewise, by province"},
          {"isp", 0, "NAME", "likewise, by ISP"},
          {"most", 0, "N", "at most so many of those, with the most expected viewers (100)"},
          {"stop", 0, "", "end it"}};
}

std::vector<Flag> MoveFlags() {
  return {{"line", 0, "LINE", "which push line: main (the default) or backup"},
          {"cdn", 0, "NAME", "where to; else the next usable CDN or node that no line has yet"},
          {"node", 0, "NAME", "a node of that CDN; else the nearest"},
          {"ip", 0, "ADDRESS", "the address that pushes"},
          {"swap", 0, "", "exchange main and backup instead"},
          {"play-cdn", 0, "NAME", "hold viewers at this CDN; - lets the ratio rules choose again"}};
}

Command PreheatCommand() {
  return {
      .name = "stream preheat",
      .arguments = "NAME",
      .summary = "Has nodes fetch and hold a stream before its viewers come.",
      .details =
          "Without nodes and places: wherever viewers would be sent. What was asked for the "
          "stream before is replaced.",
      .flags = PreheatFlags(),
      .examples = {"nearcastctl stream preheat gala --at 2026-02-01T19:50:00+08:00 --for 3h",
                   "nearcastctl stream preheat gala --region 440000 --isp chinatelecom --most 20",
                   "nearcastctl stream preheat gala --nodes gz-1,gz-2 --at +10m",
                   "nearcastctl stream preheat gala --stop"},
      .run = RunPreheat};
}

std::vector<Flag> CreateFlags() {
  return {{"publish-point", 0, "NAME", "the scene it belongs to", Need::kNeeded},
          {"ip", 0, "ADDRESS", "the address that will push"},
          {"isp", 0, "NAME", "the broadcaster's ISP, instead of what the IP database says"},
          {"request-id", 0, "TEXT", "the same text makes the same stream (else made at random)"},
          {"ends-on-unpublish", 0, "",
           "it ends when its publisher says goodbye; else it is interrupted then"}};
}

}  // namespace

std::vector<Command> StreamCommands() {
  return {
      {.name = "stream list",
       .arguments = "",
       .summary = "Shows the streams.",
       .details = "",
       .flags = {{"publish-point", 0, "NAME", "only those of this publish point"},
                 {"state", 0, "STATE", "only created, publishing, interrupted, ended or banned"},
                 {"cdn", 0, "NAME", "only those pushed to this CDN"},
                 {"node", 0, "NAME", "only those pushed to this node"},
                 {"prefix", 0, "TEXT", "only those whose names begin so"},
                 {"limit", 'n', "N", "at most so many (100)"}},
       .examples = {"nearcastctl stream list", "nearcastctl stream list --state publishing -n 20"},
       .run = RunList},
      {.name = "stream get",
       .arguments = "NAME",
       .summary = "Shows a stream with its push addresses, and why it is pushed there.",
       .details = "",
       .flags = {},
       .examples = {"nearcastctl stream get demo"},
       .run = RunGet},
      {.name = "stream create",
       .arguments = "[NAME]",
       .summary = "Creates a stream and shows where to push it.",
       .details = "The scheduler makes a name when none is given.",
       .flags = CreateFlags(),
       .examples = {"nearcastctl stream create demo --publish-point show",
                    "nearcastctl stream create --publish-point show --ip 203.0.113.7"},
       .run = RunCreate},
      {.name = "stream state",
       .arguments = "NAME STATE",
       .summary = "Moves a stream to publishing, interrupted, ended or banned.",
       .details = "",
       .flags = {{"carried-by", 0, "LINE",
                  "with publishing: main or backup, when that push line alone carries it; - for as "
                  "planned"}},
       .examples = {"nearcastctl stream state demo publishing",
                    "nearcastctl stream state demo publishing --carried-by backup"},
       .run = RunState},
      {.name = "stream move",
       .arguments = "NAME",
       .summary = "Moves a live stream to another CDN, node or line.",
       .details = "The broadcaster gets the new address with GetStream; viewers with their next "
                  "question.",
       .flags = MoveFlags(),
       .examples = {"nearcastctl stream move demo",
                    "nearcastctl stream move demo --cdn own --node beijing-unicom",
                    "nearcastctl stream move demo --swap",
                    "nearcastctl stream move demo --play-cdn vendor-a"},
       .run = RunMove},
      PreheatCommand(),
      ForwardCommand(),
      {.name = "stream end",
       .arguments = "NAME",
       .summary = "Ends a stream for good.",
       .details = "",
       .flags = {},
       .examples = {"nearcastctl stream end demo"},
       .run = RunEnd},
  };
}

}  // namespace nearcast::ctl
