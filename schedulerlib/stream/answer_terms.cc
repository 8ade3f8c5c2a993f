#include "schedulerlib/stream/answer_terms.h"

#include <array>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/split/ratio_index.h"
#include "schedulerlib/stream/json_writer.h"
#include "schedulerlib/stream/rule_ids.h"

namespace nearcast::scheduler {
namespace {

constexpr size_t kUsualEndSize = 1600;

// The ratio rule has a form of its own, and every policy has a default.
bool IsBesideTheRatio(absl::string_view id) {
  return !absl::StartsWith(id, "ratio_rule/") && !absl::StartsWith(id, "quality_policy/") &&
         id != "play_cdn";
}

// The rules that applied, where clients already carry such a trace.
void WriteRuleIds(const PlayDecision& decision, JsonWriter& out) {
  const CompiledRatioRule& rule = *decision.ratio.rule;
  uint32_t weight = 0;
  for (const auto& [cdn, w] : rule.main) {
    if (cdn == *decision.ratio.main) weight = w;
  }
  JsonWriter sched;
  sched.Open().Key("ids").OpenList();
  if (decision.held) sched.Text("play_cdn");
  sched.Text(absl::StrCat(rule.spec.name, "(Weight:", weight, ")"));
  for (const std::string& id : RuleIds(decision)) {
    if (IsBesideTheRatio(id)) sched.Text(id);
  }
  sched.CloseList();
  sched.Key("result").Open();
  sched.Member("hit", Specificity(rule.spec.scope) == 0 ? "default" : "determined");
  sched.Member("cdn", decision.ratio.main->value() + 1).Close().Close();
  JsonWriter json;
  json.Open().Key("ab_version_trace").Null().Member("sched", sched.text()).Close();
  out.Member("rule_ids", json.text());
}

std::string LineName(const Snapshot& snapshot, const PlayLine& line) {
  const Cdn& cdn = snapshot.cdn(line.cdn).spec;
  return cdn.line.empty() ? absl::StrCat("line_", cdn.name) : cdn.line;
}

void WriteAuto(const PlayDecision& decision, JsonWriter& json) {
  json.Key("auto").Open().Member("default", TierKey(decision.default_tier)).Key("list").OpenList();
  for (const TranscodeTemplate& tier : decision.tiers) {
    if (decision.switches.IsFeatureOff("auto")) break;
    if (IsOrdinary(tier.tier) && tier.tier != Tier::kOrigin) json.Text(TierKey(tier.tier));
  }
  json.CloseList().Close();
}

// What holds for a whole line: the features that switches turned off.
std::string WriteLineParams(const PlayDecision& decision) {
  JsonWriter json;
  json.Open();
  bool any = false;
  for (const CompiledSwitch* each : decision.switches.applied) {
    for (const std::string& feature : each->features_off) {
      if (!any) json.Key("FeaturesOff").OpenList();
      any = true;
      json.Text(feature);
    }
  }
  if (any) json.CloseList();
  return json.Close().Take();
}

// The pieces between the four values, in a JSON text and inside a JSON string.
using Pieces = std::array<absl::string_view, 5>;
constexpr Pieces kPlain = {R"({"common":{"ts":")", R"(","session_id":")", R"(","stream":")",
                           R"(","stream_name":")", R"(")"};
constexpr Pieces kEscaped = {R"({\"common\":{\"ts\":\")", R"(\",\"session_id\":\")",
                             R"(\",\"stream\":\")", R"(\",\"stream_name\":\")", R"(\")"};

void AppendBegin(const Pieces& pieces, const PlayDecision& decision, absl::Time now,
                 absl::string_view name, std::string& out) {
  const int64_t ts = absl::ToUnixSeconds(now);
  const uint64_t session = MixHash(decision.viewer_hash, ts);
  absl::StrAppend(&out, pieces[0], ts, pieces[1], absl::Hex(session, absl::kZeroPad16));
  absl::StrAppend(&out, pieces[2], absl::StripPrefix(name, "stream-"), pieces[3], name, pieces[4]);
}

}  // namespace

std::string WriteCommonEnd(const Snapshot& snapshot, const PlayDecision& decision) {
  const PublishPoint& point = decision.publish_point->spec;
  JsonWriter trace;
  trace.Open().Member("BusinessType", point.business_type).Close();
  JsonWriter json(kUsualEndSize);
  json.Open();
  json.Member("version", 0);
  json.Member("app_id", point.app_id);
  json.Member("mode", "Normal");
  json.Member("major_anchor_level", "common");
  json.Member("common_trace", trace.text());
  json.Member("stream_data_content_encoding", "default");
  WriteRuleIds(decision, json);
  json.Key("lines").Open();
  for (const PlayLine& line : decision.lines) json.Member(line.role, LineName(snapshot, line));
  json.Close();
  json.Member("main_push_id", decision.lines[0].push + 1);
  if (decision.lines.size() > 1) json.Member("backup_push_id", decision.lines[1].push + 1);
  json.Key("common_sdk_params").Open();
  const std::string line_params = WriteLineParams(decision);
  for (const PlayLine& line : decision.lines) json.Member(line.role, line_params);
  json.Close();
  json.Key("p2p_params").Null();
  WriteAuto(decision, json);
  for (const char* map : {"header", "query", "http_ports", "rtmp_ports"}) {
    json.Key(map).Open().Close();
  }
  json.Close();
  return absl::StrCat(",", json.text().substr(1), ",");
}

AnswerTerms BuildTerms(const Snapshot& snapshot, const PlayDecision& decision) {
  AnswerTerms terms{.end = WriteCommonEnd(snapshot, decision)};
  AppendJsonEscaped(terms.end, terms.escaped_end);
  return terms;
}

PartKey TermsKeyOf(const Snapshot& snapshot, const PlayDecision& decision) {
  const TierChoice& choice = decision.tier_choice;
  std::string text;
  text.reserve(192);
  AppendNumber(static_cast<uint64_t>(snapshot.revision), text);
  AppendWhole(decision.publish_point->spec.name, text);
  AppendWhole(decision.ratio.rule->spec.name, text);
  AppendNumber(decision.ratio.main->value(), text);
  uint64_t tiers = decision.held ? 1 : 0;
  for (const TranscodeTemplate& tier : decision.tiers) {
    tiers |= uint64_t{2} << static_cast<uint32_t>(tier.tier);
  }
  AppendNumber(tiers, text);
  AppendNumber(uint64_t{choice.lowered_from.has_value()} << 16 |
                   static_cast<uint64_t>(choice.reason) << 8 |
                   static_cast<uint64_t>(decision.default_tier),
               text);
  if (choice.rule != nullptr) AppendWhole(choice.rule->name, text);
  for (const PlayLine& line : decision.lines) {
    AppendNumber(uint64_t{line.cdn.value()} << 8 | line.push, text);
    AppendWhole(line.role, text);
  }
  for (const CompiledSwitch* each : decision.switches.applied) AppendWhole(each->spec.name, text);
  return KeyOfText(std::move(text));
}

void AppendCommonBegin(const PlayDecision& decision, absl::Time now, std::string& out) {
  const std::string& name = decision.stream->name;
  if (IsJsonPlain(name)) return AppendBegin(kPlain, decision, now, name, out);
  std::string escaped;
  AppendJsonEscaped(name, escaped);
  AppendBegin(kPlain, decision, now, escaped, out);
}

void AppendEscapedCommonBegin(const PlayDecision& decision, absl::Time now, std::string& out) {
  const std::string& name = decision.stream->name;
  if (IsJsonPlain(name)) return AppendBegin(kEscaped, decision, now, name, out);
  std::string begin;
  AppendCommonBegin(decision, now, begin);
  AppendJsonEscaped(begin, out);
}

}  // namespace nearcast::scheduler
