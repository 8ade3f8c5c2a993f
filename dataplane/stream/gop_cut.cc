#include "dataplane/stream/gop_cut.h"

#include <algorithm>
#include <iterator>

namespace nearcast::stream {
namespace {

bool IsPicture(const Frame& frame) {
  return frame.track() == Track::kVideo && frame.role() != FrameRole::kVideoHeader;
}

bool IsUnreferred(const Frame& frame) { return frame.role() == FrameRole::kVideoDisposable; }

// What the gentler levels take of a GOP, about: where the last resort begins.
constexpr int64_t kTailMs = 80;

// The GOP that `seq` lies in: its keyframe, and the keyframe after it.
struct GopSpan {
  const Gop* gop = nullptr;   // null before the first keyframe
  const Gop* next = nullptr;  // null while the GOP has no end
};

GopSpan FindGop(const FrameRing& ring, uint64_t seq) {
  const auto& gops = ring.gops();
  const auto after = std::upper_bound(gops.begin(), gops.end(), seq,
                                      [](uint64_t at, const Gop& gop) { return at < gop.seq; });
  if (after == gops.begin()) return {};
  return {&*std::prev(after), after == gops.end() ? nullptr : &*after};
}

// The first picture from `seq` on; end_seq() where there is none.
uint64_t FindPicture(const FrameRing& ring, uint64_t seq) {
  while (seq < ring.end_seq() && !IsPicture(ring.at(seq))) ++seq;
  return seq;
}

// The leading pictures behind the keyframe of a GOP.
struct LeadingRun {
  uint64_t end_seq = 0;  // the first picture behind them, or end_seq() of the ring
  int64_t ms = 0;
};

LeadingRun FindLeading(const FrameRing& ring, uint64_t key_seq) {
  const uint64_t first_seq = FindPicture(ring, key_seq + 1);
  uint64_t seq = first_seq;
  uint64_t last_seq = first_seq;
  while (seq < ring.end_seq() && ring.at(seq).role() == FrameRole::kVideoLeading) {
    last_seq = seq;
    seq = FindPicture(ring, seq + 1);
  }
  if (seq == first_seq) return {seq, 0};
  const int64_t end_ms = ring.at(seq < ring.end_seq() ? seq : last_seq).dts_ms();
  return {seq, end_ms - ring.at(first_seq).dts_ms()};
}

// Up to where it is known when pictures end: the end of the last one but the newest.
int64_t NewestPictureMs(const FrameRing& ring) {
  for (uint64_t seq = ring.end_seq(); seq-- > ring.begin_seq();) {
    if (IsPicture(ring.at(seq))) return ring.at(seq).dts_ms();
  }
  return 0;
}

// Whether the GOP that begins at `gop` still delivers what it must without its leading pictures,
// whatever comes: it may end with the newest frame.
bool CanSpareLeading(const FrameRing& ring, const Gop& gop, const DropOrder& order) {
  if (order.gop_keep_ms == 0) return true;
  const uint64_t behind_seq = FindPicture(ring, gop.seq + 1);
  const bool closed =
      behind_seq < ring.end_seq() && ring.at(behind_seq).role() != FrameRole::kVideoLeading;
  if (closed) return true;
  const Gop* const next = FindGop(ring, gop.seq).next;
  const int64_t end_ms = next != nullptr ? next->dts_ms : NewestPictureMs(ring);
  return end_ms - gop.dts_ms - FindLeading(ring, gop.seq).ms >= order.gop_keep_ms;
}

bool HasOpenGops(const FrameRing& ring) {
  return std::any_of(ring.gops().begin(), ring.gops().end(), [&ring](const Gop& gop) {
    return FindLeading(ring, gop.seq).end_seq > FindPicture(ring, gop.seq + 1);
  });
}

// How much of a cut the order asks for.
struct Goal {
  int frames_max = 0;     // of the tail; -1 = by time alone
  bool thin = false;      // pictures that nothing refers to as well
  int64_t shed_ms = 0;    // enough is enough
  int64_t ms_max = 0;     // what the GOP can spare
  bool may_break = true;  // pictures may go that others refer to: those of the next GOP, too
};

// `leading_ms`: of its pictures that go anyway.
Goal GoalOf(const GopPlace& place, const DropOrder& order, int64_t gop_ms, int64_t leading_ms) {
  const int64_t lost_ms = place.lost_ms + leading_ms;
  const int64_t excess_ms = place.lag_ms - 2 * order.bound_ms + kTailMs;
  const int64_t spare_ms = gop_ms - lost_ms - order.gop_keep_ms;
  switch (order.level) {
    case DropLevel::kLastFrame:
      return {1, false, spare_ms, spare_ms};
    case DropLevel::kLastTwoFrames:
      return {2, false, spare_ms, spare_ms};
    case DropLevel::kUnreferred:
      return {2, true, spare_ms, spare_ms};
    case DropLevel::kQuarter:
      return {-1, true, std::min(excess_ms, gop_ms / 4 - lost_ms), spare_ms};
    case DropLevel::kHalf:
      return {-1, true, std::min(excess_ms, gop_ms / 2 - lost_ms), spare_ms};
    case DropLevel::kAllButKey:
      return {-1, true, excess_ms, spare_ms};
    case DropLevel::kNone:
    case DropLevel::kWholeGop:
      return {};
  }
  return {};
}

// Walks back from the end of a GOP, as long as the goal is not reached and the GOP can spare it.
class CutSearch {
 public:
  CutSearch(const FrameRing& ring, uint64_t first_seq, uint64_t end_seq, const Goal& goal)
      : ring_(ring), first_seq_(first_seq), end_seq_(end_seq), goal_(goal) {}

  GopCut Run() {
    GopCut cut{end_seq_, end_seq_, end_seq_, goal_.frames_max < 0};
    if (goal_.thin && goal_.frames_max < 0) unreferred_ms_ = UnreferredMs();
    cut.tail_seq = CutTail();
    cut.thin_seq = goal_.thin ? Thin(cut.tail_seq) : cut.tail_seq;
    if (cut.tail_seq == end_seq_ && cut.thin_seq == end_seq_) return {};
    return cut;
  }

 private:
  int64_t UnreferredMs() const {
    int64_t sum_ms = 0;
    for (uint64_t seq = first_seq_; seq < end_seq_; ++seq) {
      if (IsUnreferred(ring_.at(seq))) sum_ms += PictureMs(ring_, seq);
    }
    return sum_ms;
  }

  uint64_t CutTail() {
    uint64_t tail_seq = end_seq_;
    int frames = 0;
    for (uint64_t seq = end_seq_; seq-- > first_seq_;) {
      if (!IsPicture(ring_.at(seq))) continue;
      if (!goal_.may_break && !IsUnreferred(ring_.at(seq))) break;
      if (goal_.frames_max >= 0 ? frames >= goal_.frames_max : Enough()) break;
      const int64_t picture_ms = PictureMs(ring_, seq);
      if (shed_ms_ + picture_ms > goal_.ms_max) break;
      if (IsUnreferred(ring_.at(seq))) unreferred_ms_ -= picture_ms;
      shed_ms_ += picture_ms;
      ++frames;
      tail_seq = seq;
    }
    return tail_seq;
  }

  // As many as it takes beside the unreferred ones.
  bool Enough() const { return shed_ms_ + unreferred_ms_ >= goal_.shed_ms; }

  uint64_t Thin(uint64_t tail_seq) {
    uint64_t thin_seq = tail_seq;
    for (uint64_t seq = tail_seq; seq-- > first_seq_;) {
      if (!IsUnreferred(ring_.at(seq))) continue;
      const int64_t picture_ms = PictureMs(ring_, seq);
      if (shed_ms_ >= goal_.shed_ms || shed_ms_ + picture_ms > goal_.ms_max) break;
      shed_ms_ += picture_ms;
      thin_seq = seq;
    }
    return thin_seq;
  }

  const FrameRing& ring_;
  const uint64_t first_seq_;  // the first frame that may be cut
  const uint64_t end_seq_;
  const Goal goal_;
  int64_t shed_ms_ = 0;
  int64_t unreferred_ms_ = 0;  // of those before the tail
};

GopCut ChooseWholeGop(const GopSpan& span, const GopPlace& place, const DropOrder& order) {
  if (place.next_seq != span.gop->seq || order.gop_keep_ms > 0) return {};
  return {span.gop->seq, span.gop->seq, span.next->seq, true};
}

}  // namespace

int64_t PictureMs(const FrameRing& ring, uint64_t seq) {
  const uint64_t next = FindPicture(ring, seq + 1);
  return next < ring.end_seq() ? ring.at(next).dts_ms() - ring.at(seq).dts_ms() : 0;
}

GopCut ChooseCut(const FrameRing& ring, const GopPlace& place, const DropOrder& order) {
  if (order.level == DropLevel::kNone || place.lag_ms <= order.bound_ms) return {};
  const GopSpan span = FindGop(ring, place.next_seq);
  if (span.gop == nullptr || span.next == nullptr) return {};
  if (order.level == DropLevel::kWholeGop) return ChooseWholeGop(span, place, order);
  LeadingRun lost{span.gop->seq + 1, 0};
  if (place.without_leading) lost = FindLeading(ring, span.gop->seq);
  Goal goal = GoalOf(place, order, span.next->dts_ms - span.gop->dts_ms, lost.ms);
  goal.may_break = CanSpareLeading(ring, *span.next, order);
  const uint64_t first_seq = std::max(place.next_seq, lost.end_seq);
  return CutSearch(ring, first_seq, span.next->seq, goal).Run();
}

bool MayCutOpenGop(const FrameRing& ring, const GopPlace& place, const DropOrder& order) {
  if (!order.may_cut_open_gop) return false;
  const GopSpan span = FindGop(ring, place.next_seq);
  if (span.gop == nullptr || span.next != nullptr || place.next_seq == span.gop->seq) return false;
  if (order.gop_keep_ms == 0) return true;
  const uint64_t next_seq = FindPicture(ring, place.next_seq);
  const int64_t end_ms =
      next_seq < ring.end_seq() ? ring.at(next_seq).dts_ms() : NewestPictureMs(ring);
  return end_ms - span.gop->dts_ms - place.lost_ms >= order.gop_keep_ms && !HasOpenGops(ring);
}

}  // namespace nearcast::stream
