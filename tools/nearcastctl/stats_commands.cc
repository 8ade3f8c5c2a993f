// stream stats, node streams: what nodes tell right now of the streams that they have.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/nearcastctl/all_commands.h"
#include "tools/nearcastctl/call.h"
#include "tools/nearcastctl/quantity_text.h"

namespace nearcast::ctl {
namespace {

// "250/400 ms": mean and longest.
std::string WriteDelays(const v1::StreamStats& stats) {
  if (stats.viewers() == 0) return "";
  return absl::StrCat(stats.delay_ms_mean(), "/", stats.delay_ms_max(), " ms");
}

// "3 tail, 1 jumped"; empty when none was.
std::string WriteDrops(const v1::StreamStats::Drops& drops) {
  std::string text;
  const auto add = [&text](uint64_t count, absl::string_view kind) {
    if (count > 0) absl::StrAppend(&text, text.empty() ? "" : ", ", count, " ", kind);
  };
  add(drops.tail(), "tail");
  add(drops.unreferred(), "unreferred");
  add(drops.rest(), "rest");
  add(drops.jumped(), "jumped");
  add(drops.undecodable(), "undecodable");
  return text;
}

std::string WriteSource(const v1::StreamStats& stats) {
  return absl::StrCat(stats.interrupted() ? "lost: " : "", stats.pulled() ? "pull " : "push ",
                      stats.upstream());
}

std::string WriteStats(const v1::ListStreamStatsResponse& list, TextStyle style) {
  using Align = Table::Align;
  Table table({{"STREAM"},
               {"NODE"},
               {"VIEWERS", Align::kRight},
               {"BEHIND", Align::kRight},
               {"DELAY", Align::kRight},
               {"IN", Align::kRight},
               {"OUT", Align::kRight},
               {"FPS", Align::kRight},
               {"GOP", Align::kRight},
               {"DROPPED"},
               {"FROM"}});
  for (const v1::StreamStatsEntry& entry : list.entries()) {
    const v1::StreamStats& stats = entry.stats();
    table.AddRow({absl::StrCat(stats.app(), "/", stats.stream()), entry.node(),
                  absl::StrCat(stats.viewers()), absl::StrCat(stats.viewers_behind()),
                  WriteDelays(stats), WriteBitRate(stats.bits_per_s()),
                  WriteBitRate(stats.out_bits_per_s()), absl::StrFormat("%.1f", stats.fps()),
                  absl::StrFormat("%.2f s", stats.gop_ms() / 1000.0), WriteDrops(stats.drops()),
                  WriteSource(stats)});
  }
  if (table.empty()) return "none\n";
  const uint64_t left_out = list.total() - list.entries_size() + list.untold();
  return absl::StrCat(table.Write(style),
                      left_out == 0 ? "" : absl::StrCat("and ", left_out, " more\n"));
}

ExitCode Show(Call& call, const v1::ListStreamStatsRequest& request) {
  const auto list = call.client().ListStreamStats(request);
  if (!list.ok()) return call.Failed(list.status());
  return call.Show(*list, [&] { return WriteStats(*list, call.world().style); });
}

ExitCode RunStreamStats(Call& call) {
  v1::ListStreamStatsRequest request;
  request.set_stream(call.Argument(0));
  request.set_node(call.Get("node"));
  return Show(call, request);
}

ExitCode RunNodeStreams(Call& call) {
  v1::ListStreamStatsRequest request;
  request.set_node(call.Argument(0));
  return Show(call, request);
}

}  // namespace

std::vector<Command> StatsCommands() {
  return {
      {.name = "stream stats",
       .arguments = "[NAME]",
       .summary = "Shows where a stream is right now: viewers, rates, delay, drops, upstream.",
       .details = "A row for each node that has it, published there or pulled. DELAY is how far "
                  "behind live its viewers are, mean and longest; BEHIND how many are further than "
                  "they may be.",
       .flags = {{"node", 0, "NAME", "only on this node"}},
       .examples = {"nearcastctl stream stats demo", "nearcastctl stream stats --node gz-1"},
       .run = RunStreamStats},
      {.name = "node streams",
       .arguments = "NAME",
       .summary = "Shows the streams that a node has right now.",
       .details = "",
       .flags = {},
       .examples = {"nearcastctl node streams guangzhou-1"},
       .run = RunNodeStreams},
  };
}

}  // namespace nearcast::ctl
