#include "dataplane/hls/slice_window.h"

#include <algorithm>
#include <utility>

namespace nearcast::hls {
namespace {

// EXTINF is rounded to the nearest integer before it is compared (RFC 8216, 4.3.3.1).
constexpr int64_t kRoundingMs = 490;

constexpr int64_t kTargetSecondsMax = 10;

// From which length on a key frame ends a slice.
int64_t KeyLengthMs(const SliceRule& rule) {
  return rule.cut == Cut::kEven ? rule.length_ms * 3 / 4 : rule.length_ms - kKeyToleranceMs;
}

// From which length on anything ends it.
int64_t FullLengthMs(const SliceRule& rule) {
  return rule.cut == Cut::kEven ? rule.length_ms : int64_t{rule.target_s} * 1000 + kRoundingMs;
}

// What a piece says of the one that follows, so that a slice is known to end as soon as it does.
bool EndsBehind(const Piece& piece, int64_t duration_ms, const SliceRule& rule) {
  if (rule.cut == Cut::kSegment) return piece.segment_end;
  if (piece.key_next && duration_ms >= KeyLengthMs(rule)) return true;
  return duration_ms >= FullLengthMs(rule);
}

bool EndsBefore(const Piece& next, int64_t duration_ms, const SliceRule& rule) {
  if (next.discontinuity) return true;
  if (rule.cut == Cut::kSegment) return next.segment;
  if (next.key && duration_ms >= KeyLengthMs(rule)) return true;
  return duration_ms + next.duration_ms > int64_t{rule.target_s} * 1000 + kRoundingMs;
}

int64_t SpanMs(const PieceStore& store, uint64_t first) {
  int64_t span_ms = 0;
  for (uint64_t seq = first; seq < store.end_seq(); ++seq) span_ms += store.at(seq).duration_ms;
  return span_ms;
}

}  // namespace

int32_t ChooseTargetSeconds(Cut cut, int32_t length_ms, int64_t gop_ms) {
  int64_t expected_ms = length_ms;
  if (cut != Cut::kEven && gop_ms > 0) {
    const int64_t gops = (length_ms - kKeyToleranceMs + gop_ms - 1) / gop_ms;
    if (gops * gop_ms <= kTargetSecondsMax * 1000) expected_ms = gops * gop_ms;
  }
  return static_cast<int32_t>(std::max<int64_t>(1, (expected_ms + 999) / 1000));
}

std::optional<uint64_t> FindSliceEnd(const PieceStore& store, uint64_t first, const SliceRule& rule,
                                     StreamEnd end) {
  int64_t duration_ms = 0;
  for (uint64_t seq = first; seq < store.end_seq(); ++seq) {
    const Piece& piece = store.at(seq);
    if (seq > first) {
      if (EndsBefore(piece, duration_ms, rule)) return seq;
    }
    duration_ms += piece.duration_ms;
    if (EndsBehind(piece, duration_ms, rule)) return seq + 1;
  }
  if (end == StreamEnd::kHasEnded && first < store.end_seq()) return store.end_seq();
  return std::nullopt;
}

SliceWindow::SliceWindow(const PieceStore& store, uint64_t start, const SliceRule& rule)
    : start_(start), first_(start), rule_(rule) {
  start_span_ms_ = static_cast<int32_t>(std::min(SpanMs(store, start), kStartKeptMsMax));
}

int64_t SliceWindow::keep_ms() const {
  const int64_t targets = rule_.cut == Cut::kSegment ? kTargetsKeptLowLatency : kTargetsKept;
  return std::max<int64_t>(targets * 1000 * rule_.target_s, start_span_ms_);
}

Slice SliceWindow::SliceAt(const PieceStore& store, uint64_t first, uint64_t end) const {
  Slice slice{first, end, 0, false};
  for (uint64_t seq = first; seq < end; ++seq) slice.duration_ms += store.at(seq).duration_ms;
  slice.discontinuity = first != start_ && first < end && store.at(first).discontinuity;
  return slice;
}

std::vector<Slice> SliceWindow::Slices(const PieceStore& store, StreamEnd end) const {
  std::vector<Slice> slices;
  uint64_t first = first_;
  while (slices.size() < kSlicesMax) {
    const std::optional<uint64_t> next = FindSliceEnd(store, first, rule_, end);
    if (!next) break;
    slices.push_back(SliceAt(store, first, *next));
    first = *next;
  }
  return slices;
}

Slice SliceWindow::OpenSlice(const PieceStore& store, const std::vector<Slice>& slices) const {
  return SliceAt(store, slices.empty() ? first_ : slices.back().end, store.end_seq());
}

bool SliceWindow::Advance(const PieceStore& store, StreamEnd end) {
  if (!Holds(store)) return false;
  // A playlist that has ended stays as it is: nobody comes back for more.
  if (end == StreamEnd::kHasEnded) return true;
  if (std::exchange(shown_, true)) {
    Trim(Slices(store, end));
  } else if (SpanMs(store, first_) > keep_ms() + 2000 * int64_t{rule_.target_s}) {
    // Nobody has seen a slice yet: the session may as well begin now.
    start_ = FindSessionStart(store, rule_.cut, {.lower_ms = keep_ms()}).value_or(start_);
    first_ = start_;
  }
  return true;
}

void SliceWindow::Trim(const std::vector<Slice>& slices) {
  int64_t total_ms = 0;
  for (const Slice& slice : slices) total_ms += slice.duration_ms;
  for (const Slice& slice : slices) {
    total_ms -= slice.duration_ms;
    if (total_ms < keep_ms()) break;
    first_ = slice.end;
    ++media_sequence_;
    discontinuity_sequence_ += slice.discontinuity ? 1 : 0;
  }
}

std::optional<uint64_t> FindSessionStart(const PieceStore& store, Cut cut,
                                         const StartLimits& limits) {
  std::optional<uint64_t> start;
  int64_t age_ms = 0;
  for (uint64_t seq = store.end_seq(); seq > store.begin_seq(); --seq) {
    const Piece& piece = store.at(seq - 1);
    age_ms += piece.duration_ms;
    if (start && age_ms > limits.upper_ms) break;
    if (!piece.key || (cut == Cut::kSegment && !piece.segment)) continue;
    start = seq - 1;
    if (age_ms >= limits.lower_ms) break;
  }
  return start;
}

StartLimits DefaultStart(const SliceRule& rule) {
  if (rule.cut != Cut::kEven) return {int64_t{3000} * rule.target_s, INT64_MAX};
  return {int64_t{4} * rule.length_ms, int64_t{4} * rule.length_ms - 1};
}

}  // namespace nearcast::hls
