#include "schedulerlib/stream/steering_manifest.h"

#include "schedulerlib/model/tier.h"
#include "schedulerlib/stream/json_writer.h"
#include "schedulerlib/stream/play_url.h"

namespace nearcast::scheduler {
namespace {

const std::string& PathwayOf(const Snapshot& snapshot, const PlayLine& line) {
  return snapshot.cdn(line.cdn).spec.name;
}

void WritePriority(const Snapshot& snapshot, const PlayDecision& decision, absl::string_view key,
                   JsonWriter& json) {
  json.Key(key).OpenList();
  for (const PlayLine& line : decision.lines) json.Text(PathwayOf(snapshot, line));
  json.CloseList();
}

bool Delivers(const Snapshot& snapshot, const PlayDecision& decision, const PlayLine& line,
              const std::string& format) {
  return snapshot.cdn(line.cdn).spec.pull_templates.count(format) > 0 &&
         !decision.switches.IsFormatOff(format);
}

void WriteClone(const Snapshot& snapshot, const PlayDecision& decision, const PlayLine& line,
                absl::string_view base, JsonWriter& json) {
  json.Open().Member("BASE-ID", base).Member("ID", PathwayOf(snapshot, line));
  json.Key("URI-REPLACEMENT").Open().Member("HOST", line.host);
  json.Key("PER-VARIANT-URIS").Open();
  for (const TranscodeTemplate& tier : decision.tiers) {
    const std::string url = BuildPlayUrl(snapshot, decision, line, tier, "hls");
    if (!url.empty()) json.Member(TierKey(tier.tier), url);
  }
  json.Close().Close().Close();
}

void WriteClones(const Snapshot& snapshot, const PlayDecision& decision, absl::string_view base,
                 JsonWriter& json) {
  json.Key("PATHWAY-CLONES").OpenList();
  for (const PlayLine& line : decision.lines) {
    if (PathwayOf(snapshot, line) == base || !Delivers(snapshot, decision, line, "hls")) continue;
    WriteClone(snapshot, decision, line, base, json);
  }
  json.CloseList();
}

}  // namespace

std::string WriteSteeringManifest(const Snapshot& snapshot, const PlayDecision& decision,
                                  const SteeringQuestion& question) {
  JsonWriter json;
  json.Open().Member("VERSION", 1).Member("TTL", absl::ToInt64Seconds(kSteeringTtl));
  if (!question.reload_uri.empty()) json.Member("RELOAD-URI", question.reload_uri);
  WritePriority(snapshot, decision, "PATHWAY-PRIORITY", json);
  if (question.form == SteeringForm::kDash) {
    WritePriority(snapshot, decision, "SERVICE-LOCATION-PRIORITY", json);
  } else if (snapshot.FindCdn(question.pathway)) {
    WriteClones(snapshot, decision, question.pathway, json);
  }
  return json.Close().Take();
}

}  // namespace nearcast::scheduler
