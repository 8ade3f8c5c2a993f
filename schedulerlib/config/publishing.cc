#include "schedulerlib/config/publishing.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "schedulerlib/stream/url_template.h"

namespace nearcast::scheduler {
namespace {

constexpr const char* kProtocols[] = {"rtmp", "rtmps", "srt", "flv"};
constexpr const char* kRecordFormats[] = {"flv", "hls", "mp4"};
constexpr const char* kEvents[] = {"created", "publishing", "interrupted", "ended",  "banned",
                                   "moved",   "carried",    "on_play",     "on_stop"};

template <size_t N>
void CheckKnown(const char* const (&known)[N], absl::string_view path, const std::string& value,
                absl::string_view noun, AddProblem add) {
  if (std::find(std::begin(known), std::end(known), value) != std::end(known)) return;
  add(path,
      absl::StrCat("\"", value, "\" is no ", noun, "; known are ", absl::StrJoin(known, ", ")));
}

void ValidateCallback(const Callback& callback, AddProblem add) {
  if (callback.url.empty()) {
    if (!callback.secret.empty() || !callback.events.empty()) {
      add("spec.callback.url", "is empty, and the callback says more");
    }
    return;
  }
  if (!absl::StartsWith(callback.url, "http://") && !absl::StartsWith(callback.url, "https://")) {
    add("spec.callback.url", "must begin with http:// or https://");
  }
  for (size_t i = 0; i < callback.events.size(); ++i) {
    CheckKnown(kEvents, absl::StrCat("spec.callback.events[", i, "]"), callback.events[i], "event",
               add);
  }
}

}  // namespace

const std::string* PushTemplateFor(const Cdn& cdn, const std::string& protocol) {
  const auto at = cdn.push_templates.find(protocol);
  if (at != cdn.push_templates.end()) return &at->second;
  return protocol == "rtmp" ? &cdn.push_template : nullptr;
}

void ValidatePublishing(const PublishPoint& point, const std::vector<Cdn>& cdns, AddProblem add) {
  CheckKnown(kProtocols, "spec.push_protocol", point.push_protocol, "push protocol", add);
  for (const Cdn& cdn : cdns) {
    const auto& listed = point.push_cdns;
    if (std::find(listed.begin(), listed.end(), cdn.name) == listed.end()) continue;
    if (PushTemplateFor(cdn, point.push_protocol) == nullptr) {
      add("spec.push_protocol",
          absl::StrCat("Cdn \"", cdn.name, "\" has no push template for ", point.push_protocol));
    }
  }
  for (size_t i = 0; i < point.record.formats.size(); ++i) {
    CheckKnown(kRecordFormats, absl::StrCat("spec.record.formats[", i, "]"),
               point.record.formats[i], "recording format", add);
  }
  if (point.reconnect_grace_s > 3600) {
    add("spec.reconnect_grace_s", "must be at most 3600 (an hour)");
  }
  ValidateCallback(point.callback, add);
}

void ValidatePushTemplates(const Cdn& cdn, AddProblem add) {
  for (const auto& [protocol, text] : cdn.push_templates) {
    const std::string path = absl::StrCat("spec.push_templates.", protocol);
    CheckKnown(kProtocols, path, protocol, "push protocol", add);
    if (const absl::Status status = ValidateUrlTemplate(text); !status.ok()) {
      add(path, status.message());
    }
  }
  const std::string filled =
      absl::StrReplaceAll(cdn.record_template, {{"{formats}", ""}, {"{file_s}", ""}});
  if (absl::StrContains(filled, '{') || absl::StrContains(filled, '}')) {
    add("spec.record_template", "knows {formats} and {file_s} alone");
  }
}

}  // namespace nearcast::scheduler
