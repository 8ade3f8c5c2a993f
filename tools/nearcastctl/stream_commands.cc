// stream: live streams, as the broadcast service sees them.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
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

std::string WriteStream(const v1::Stream& stream, TextStyle style) {
  std::string text = absl::StrCat("Stream ", Strong(stream.name(), style), " of ",
                                  stream.publish_point(), ": ", StateName(stream.state()), "\n\n");
  Table table({{"LINE"}, {"CDN"}, {"NODE"}, {"PUSH TO"}});
  for (const v1::Stream::PushLine& line : stream.push_lines()) {
    table.AddRow({absl::StrCat(line.line(), line.on_failure_only() ? " (on failure)" : ""),
                  line.cdn(), line.node(), line.url()});
  }
  absl::StrAppend(&text, table.Write(style));
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
  return ShowStream(call, call.client().CreateStream(request));
}

ExitCode RunState(Call& call) {
  const absl::StatusOr<State> state = ParseState(call.Argument(1));
  if (!state.ok()) return call.Misused(state.status().message());
  v1::UpdateStreamStateRequest request;
  request.set_stream(call.Argument(0));
  request.set_state(*state);
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

std::vector<Flag> MoveFlags() {
  return {{"line", 0, "LINE", "which push line: main (the default) or backup"},
          {"cdn", 0, "NAME", "where to; else the next usable CDN or node that no line has yet"},
          {"node", 0, "NAME", "a node of that CDN; else the nearest"},
          {"ip", 0, "ADDRESS", "the address that pushes"},
          {"swap", 0, "", "exchange main and backup instead"},
          {"play-cdn", 0, "NAME", "hold viewers at this CDN; - lets the ratio rules choose again"}};
}

std::vector<Flag> CreateFlags() {
  return {{"publish-point", 0, "NAME", "the scene it belongs to", Need::kNeeded},
          {"ip", 0, "ADDRESS", "the address that will push"},
          {"isp", 0, "NAME", "the broadcaster's ISP, instead of what the IP database says"},
          {"request-id", 0, "TEXT", "the same text makes the same stream (else made at random)"}};
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
       .flags = {},
       .examples = {"nearcastctl stream state demo publishing"},
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
