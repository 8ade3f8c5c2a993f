// explain: why somebody gets what they get; and play, what exactly that is.
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "tools/nearcastctl/all_commands.h"
#include "tools/nearcastctl/call.h"
#include "tools/nearcastctl/explanation_text.h"
#include "tools/nearcastctl/viewer_flags.h"

namespace nearcast::ctl {
namespace {

ExitCode ShowExplanation(Call& call, const std::string& question,
                         const absl::StatusOr<v1::Explanation>& explanation) {
  if (!explanation.ok()) return call.Failed(explanation.status());
  return call.Show(*explanation,
                   [&] { return WriteExplanation(question, *explanation, call.world().style); });
}

ExitCode RunExplainPlay(Call& call) {
  v1::ExplainPlayRequest request;
  request.set_stream(call.Get("stream"));
  const absl::Status filled = FillViewer(call, request.mutable_viewer());
  if (!filled.ok()) return call.Misused(filled.message());
  const std::string question =
      absl::StrCat("Play of ", call.Get("stream"), " for ", call.Get("ip"));
  return ShowExplanation(call, question, call.client().ExplainPlay(request));
}

ExitCode RunExplainDns(Call& call) {
  v1::ExplainDnsRequest request;
  request.set_name(call.Get("name"));
  request.set_address(call.Get("ip"));
  const std::string question =
      absl::StrCat("Addresses of ", call.Get("name"), " for ", call.Get("ip"));
  return ShowExplanation(call, question, call.client().ExplainDns(request));
}

// Both renderings are JSON already: they are printed as they are, to be piped on.
ExitCode RunPlay(Call& call) {
  v1::GetPlayInfoRequest request;
  request.set_stream(call.Argument(0));
  const absl::Status filled = FillViewer(call, request.mutable_viewer());
  if (!filled.ok()) return call.Misused(filled.message());
  const std::string player = call.Has("player") ? call.Get("player") : "stream_data";
  const std::map<absl::string_view, v1::GetPlayInfoRequest::Format> formats = {
      {"stream_data", v1::GetPlayInfoRequest::STREAM_DATA},
      {"velive", v1::GetPlayInfoRequest::VE_LIVE_PLAYER},
      {"auto", v1::GetPlayInfoRequest::AUTO_LIST},
      {"hls", v1::GetPlayInfoRequest::HLS_MULTIVARIANT},
      {"steering", v1::GetPlayInfoRequest::HLS_STEERING}};
  const auto format = formats.find(player);
  if (format == formats.end()) {
    return call.Misused(absl::StrCat("unknown player \"", player,
                                     "\"; stream_data, velive, auto, hls or steering"));
  }
  request.set_format(format->second);
  const auto play = call.client().GetPlayInfo(request);
  if (!play.ok()) return call.Failed(play.status());
  return call.Show(*play, [&] {
    return absl::StrCat(play->document().empty() ? play->stream_url() : play->document(), "\n");
  });
}

std::vector<Flag> WithViewer(Flag first) {
  std::vector<Flag> flags = {std::move(first)};
  for (Flag& flag : ViewerFlags()) flags.push_back(std::move(flag));
  return flags;
}

}  // namespace

std::vector<Command> ExplainCommands() {
  return {
      {.name = "explain play",
       .arguments = "",
       .summary = "Says why a viewer plays a stream from where it does.",
       .details = "The answer comes from the very code that answers viewers.",
       .flags = WithViewer({"stream", 0, "NAME", "the stream", Need::kNeeded}),
       .examples =
           {"nearcastctl explain play --stream demo --ip 203.0.113.7",
            "nearcastctl explain play --stream demo --ip 203.0.113.7 --viewer u1 --grade 3"},
       .run = RunExplainPlay},
      {.name = "explain dns",
       .arguments = "",
       .summary = "Says why a client gets the addresses of a name that it gets.",
       .details = "",
       .flags = {{"name", 0, "NAME", "the name that is asked for", Need::kNeeded},
                 {"ip", 0, "ADDRESS", "the client's address", Need::kNeeded}},
       .examples = {"nearcastctl explain dns --name pull.live.example --ip 203.0.113.7"},
       .run = RunExplainDns},
      {.name = "play",
       .arguments = "STREAM",
       .summary = "Shows what a viewer's player gets: the scheduler's JSON.",
       .details = "",
       .flags = WithViewer(
           {"player", 0, "NAME", "stream_data (the default), velive, auto, hls or steering"}),
       .examples = {"nearcastctl play demo --ip 203.0.113.7"},
       .run = RunPlay},
  };
}

}  // namespace nearcast::ctl
