#include "tools/nearcastctl/change_report.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "proto/resource/kind.h"
#include "proto/resource/resource_key.h"
#include "proto/yaml/resource_writer.h"
#include "tools/nearcastctl/line_diff.h"

namespace nearcast::ctl {
namespace {

using Change = v1::ResourceChange;

std::string KeyOf(const Change& change) { return absl::StrCat(change.kind(), "/", change.name()); }

std::string YamlOf(bool is_there, const v1::Resource& resource) {
  if (!is_there || resource::SpecOf(resource) == nullptr) return "";
  return yaml::WriteResource(resource);
}

std::string PlaceOf(const std::string& key, std::span<const yaml::ResourceSource> sources) {
  for (const yaml::ResourceSource& source : sources) {
    if (resource::KeyOf(source.resource).ToString() != key) continue;
    return absl::StrCat(source.file, ":", source.position.line);
  }
  return "new";
}

}  // namespace

std::string WriteChanges(const v1::ApplyResponse& response, bool dry_run) {
  std::string text;
  bool changed = false;
  for (const Change& change : response.changes()) {
    changed = changed || change.action() != Change::UNCHANGED;
    absl::StrAppend(&text, KeyOf(change), " ",
                    absl::AsciiStrToLower(Change::Action_Name(change.action())),
                    dry_run ? " (dry run)" : "", "\n");
  }
  if (dry_run) return absl::StrCat(text, "nothing was changed: dry run\n");
  return absl::StrCat(text, "revision ", response.revision(), changed ? "" : ", as before", "\n");
}

std::string WriteChangeDiff(const v1::ApplyResponse& response,
                            std::span<const yaml::ResourceSource> sources) {
  std::string text;
  for (const Change& change : response.changes()) {
    const std::string diff = WriteLineDiff(YamlOf(change.has_before(), change.before()),
                                           YamlOf(change.has_after(), change.after()));
    if (diff.empty()) continue;
    const std::string key = KeyOf(change);
    const std::string before = change.has_before()
                                   ? absl::StrCat(key, "\trevision ", change.before().revision())
                                   : "/dev/null";
    const std::string after =
        change.has_after() ? absl::StrCat(key, "\t", PlaceOf(key, sources)) : "/dev/null";
    absl::StrAppend(&text, "--- ", before, "\n+++ ", after, "\n", diff);
  }
  return text;
}

ExitCode ReportChange(Call& call, const absl::StatusOr<v1::ApplyResponse>& response) {
  if (!response.ok()) return call.Failed(response.status());
  return call.Show(*response, [&] { return WriteChanges(*response, call.Has("dry-run")); });
}

}  // namespace nearcast::ctl
