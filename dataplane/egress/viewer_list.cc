#include "dataplane/egress/viewer_list.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"

namespace nearcast::egress {
namespace {

using Json = rapidjson::Writer<rapidjson::StringBuffer>;

// The answers that have come, and how many are still to come.
struct Gathering {
  absl::Mutex mutex;
  std::vector<ViewerStatus> viewers ABSL_GUARDED_BY(mutex);
  size_t open ABSL_GUARDED_BY(mutex) = 0;
};

// Whether this was the last answer.
bool Answer(Gathering* gathering, std::vector<ViewerStatus> viewers) {
  absl::MutexLock lock(&gathering->mutex);
  for (ViewerStatus& viewer : viewers) gathering->viewers.push_back(std::move(viewer));
  return --gathering->open == 0;
}

void Write(Json* json, const char* key, const std::string& value) {
  json->Key(key);
  json->String(value);
}

void Write(Json* json, const char* key, uint64_t value) {
  json->Key(key);
  json->Uint64(value);
}

void Write(Json* json, const char* key, int64_t value) {
  json->Key(key);
  json->Int64(value);
}

void WriteSession(Json* json, const SessionStatus& session) {
  Write(json, "format", session.format);
  Write(json, "slices", session.slices);
  Write(json, "delay_ms", session.delay_ms);
  Write(json, "silent_ms", session.silent_ms);
}

void WriteConnection(Json* json, const ViewerStatus& viewer) {
  Write(json, "queue_ms", viewer.queue_ms);
  Write(json, "jitter_ms", viewer.jitter_ms);
  Write(json, "bound_ms", viewer.bound_ms);
  Write(json, "drops_now", std::string(LevelName(viewer.level)));
  Write(json, "rtt_ms", viewer.path.rtt_ms);
  Write(json, "path_bits_per_s", viewer.path.bits_per_s);
  Write(json, "unsent_bytes", viewer.path.unsent_bytes);
  Write(json, "dropped_tail", viewer.drops.tail);
  Write(json, "dropped_unreferred", viewer.drops.unreferred);
  Write(json, "dropped_rest", viewer.drops.rest);
  Write(json, "dropped_jumped", viewer.drops.jumped);
  Write(json, "undecodable", viewer.drops.undecodable);
  Write(json, "jumps", uint64_t{viewer.jumps});
  Write(json, "gop_cache_ms", viewer.gop_cache_ms);
  Write(json, "merge_write_ms", viewer.merge_write_ms);
  Write(json, "protected_period", viewer.wish.protected_period_ms);
  Write(json, "gop_keep_duration", viewer.wish.gop_keep_ms);
}

void WriteViewer(Json* json, const ViewerStatus& viewer) {
  json->StartObject();
  Write(json, "stream", viewer.stream);
  Write(json, "address", viewer.address);
  Write(json, "protocol", viewer.protocol);
  Write(json, "state", viewer.state);
  Write(json, "session_ms", viewer.session_ms);
  Write(json, "bytes_sent", viewer.bytes_sent);
  Write(json, "bits_per_s", viewer.bits_per_s);
  Write(json, "delay_ms_mean", viewer.delay_ms_mean);
  Write(json, "delay_ms_max", viewer.delay_ms_max);
  if (viewer.session) {
    WriteSession(json, *viewer.session);
  } else {
    WriteConnection(json, viewer);
  }
  json->EndObject();
}

}  // namespace

const char* LevelName(stream::DropLevel level) {
  switch (level) {
    case stream::DropLevel::kNone:
      return "none";
    case stream::DropLevel::kLastFrame:
      return "last_frame";
    case stream::DropLevel::kLastTwoFrames:
      return "last_two_frames";
    case stream::DropLevel::kUnreferred:
      return "unreferred";
    case stream::DropLevel::kQuarter:
      return "quarter";
    case stream::DropLevel::kHalf:
      return "half";
    case stream::DropLevel::kAllButKey:
      return "all_but_key";
    case stream::DropLevel::kWholeGop:
      return "whole_gop";
  }
  return "unknown";
}

absl::StatusOr<ViewerQuestion> ParseViewerQuestion(absl::string_view query) {
  ViewerQuestion question;
  for (absl::string_view pair : absl::StrSplit(query, '&')) {
    const std::pair<absl::string_view, absl::string_view> parameter =
        absl::StrSplit(pair, absl::MaxSplits('=', 1));
    if (parameter.first == "stream") {
      question.stream = std::string(parameter.second.data(), parameter.second.size());
    }
    if (parameter.first != "limit") continue;
    const bool number = absl::SimpleAtoi(parameter.second, &question.limit);
    if (number && question.limit <= kViewerListMax) continue;
    return absl::InvalidArgumentError(absl::StrCat("limit: want 0 to ", kViewerListMax));
  }
  return question;
}

void ListViewers(const std::vector<Worker*>& workers, Worker* home, const ViewerQuestion& question,
                 std::function<void(std::vector<ViewerStatus>)> done) {
  auto gathering = std::make_shared<Gathering>();
  {
    absl::MutexLock lock(&gathering->mutex);
    gathering->open = workers.size();
  }
  for (Worker* worker : workers) {
    worker->Post([=] {
      if (!Answer(gathering.get(), worker->Viewers(question.stream, question.limit))) return;
      home->Post([=] {
        absl::MutexLock lock(&gathering->mutex);
        const size_t count = std::min(gathering->viewers.size(), question.limit);
        gathering->viewers.resize(count);
        done(std::move(gathering->viewers));
      });
    });
  }
}

std::string WriteViewersJson(const std::vector<ViewerStatus>& viewers) {
  rapidjson::StringBuffer buffer;
  Json json(buffer);
  json.StartObject();
  json.Key("viewers");
  json.StartArray();
  for (const ViewerStatus& viewer : viewers) WriteViewer(&json, viewer);
  json.EndArray();
  json.EndObject();
  return absl::StrCat(buffer.GetString(), "\n");
}

}  // namespace nearcast::egress
