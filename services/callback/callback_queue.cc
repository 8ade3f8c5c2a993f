#include "services/callback/callback_queue.h"

#include <algorithm>

#include "base/check.h"

namespace nearcast::callback {
namespace {

absl::Duration PauseAfter(int tries) {
  return std::min(kLongestPause, kFirstPause * static_cast<int64_t>(uint64_t{1} << (tries - 1)));
}

}  // namespace

bool CallbackQueue::Push(CallbackEvent event, absl::Duration now) {
  if (events_ >= events_max_) {
    ++totals_.refused;
    return false;
  }
  ++events_;
  Lane& lane = lanes_[event.stream];
  if (lane.events.empty()) ready_.emplace(now, event.stream);
  lane.events.push_back(std::move(event));
  return true;
}

std::optional<CallbackEvent> CallbackQueue::Take(absl::Duration now) {
  if (ready_.empty() || ready_.begin()->first > now) return std::nullopt;
  const std::string stream = ready_.begin()->second;
  ready_.erase(ready_.begin());
  return lanes_.at(stream).events.front();
}

bool CallbackQueue::Done(const std::string& stream, bool delivered, absl::Duration now) {
  const auto at = lanes_.find(stream);
  NC_CHECK(at != lanes_.end());
  Lane& lane = at->second;
  ++lane.tries;
  if (delivered) {
    ++totals_.sent;
    RemoveFirst(stream, lane, now);
  } else if (lane.tries == kTriesMax) {
    ++totals_.given_up;
    RemoveFirst(stream, lane, now);
  } else {
    ++totals_.retried;
    ready_.emplace(now + PauseAfter(lane.tries), stream);
    return false;
  }
  return true;
}

void CallbackQueue::RemoveFirst(const std::string& stream, Lane& lane, absl::Duration now) {
  lane.events.pop_front();
  lane.tries = 0;
  --events_;
  if (lane.events.empty()) {
    lanes_.erase(stream);
  } else {
    ready_.emplace(now, stream);
  }
}

absl::Duration CallbackQueue::NextDue() const {
  return ready_.empty() ? absl::InfiniteDuration() : ready_.begin()->first;
}

}  // namespace nearcast::callback
