// MediaBudget: how much media one node holds at most, in all its frame rings and HLS buffers
// together, whatever each of them may hold by itself.
//
//   auto budget = std::make_shared<MediaBudget>(2ull << 30);
//   if (!budget->Admit()) return …;             // one more stream
//   MediaAccount account(budget);               // one for each ring or buffer
//   account.Set(bytes);                         // whenever they have changed
//   if (bytes > account.BytesMax()) …           // let go of the oldest down to there
//
// Two steps. From four fifths of the budget on newcomers are refused, so that what is here has room
// to grow. Where that does not suffice nobody may hold more than a share, the budget divided by the
// number of those who hold something: shares add up to the budget, so what is held does not go beyond
// it but for one frame or piece of each, which is never let go of. Who holds less than its share
// notices nothing.
#ifndef DATAPLANE_STREAM_MEDIA_BUDGET_H_
#define DATAPLANE_STREAM_MEDIA_BUDGET_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace nearcast::stream {

// Thread rule: any thread.
class MediaBudget {
 public:
  // What is held is counted in units of this, rounded up: most changes touch nothing shared.
  static constexpr size_t kUnit = 16u << 10;

  explicit MediaBudget(size_t bytes_max) : bytes_max_(bytes_max) {}  // 0 = no bound

  // Whether one more may begin to hold something. A refusal is counted.
  bool Admit() {
    if (bytes_max_ == 0 || bytes() < bytes_max_ / 5 * 4) return true;
    refused_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }

  size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  size_t bytes_max() const { return bytes_max_; }

  // What each may hold now.
  size_t BytesMaxEach() const {
    if (bytes_max_ == 0 || bytes() <= bytes_max_) return SIZE_MAX;
    const size_t share = bytes_max_ / std::max<size_t>(1, holders());
    return share / kUnit * kUnit;
  }

  size_t holders() const { return holders_.load(std::memory_order_relaxed); }
  uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

  // Times that somebody let go of media to keep within its share.
  uint64_t cuts() const { return cuts_.load(std::memory_order_relaxed); }

 private:
  friend class MediaAccount;

  const size_t bytes_max_;
  std::atomic<size_t> bytes_{0};
  std::atomic<size_t> holders_{0};
  std::atomic<uint64_t> refused_{0};
  std::atomic<uint64_t> cuts_{0};
};

// One holder's part. Thread rule: one at a time.
class MediaAccount {
 public:
  // Without a budget nothing is counted or bounded.
  explicit MediaAccount(std::shared_ptr<MediaBudget> budget) : budget_(std::move(budget)) {}
  ~MediaAccount() { Set(0); }
  MediaAccount(MediaAccount&& other)
      : budget_(other.budget_), units_(std::exchange(other.units_, 0)) {}
  MediaAccount& operator=(const MediaAccount&) = delete;

  void Set(size_t bytes) {
    const size_t units = (bytes + MediaBudget::kUnit - 1) / MediaBudget::kUnit;
    const size_t before = std::exchange(units_, units);
    if (budget_ == nullptr || units == before) return;
    // Unsigned: what wraps in between comes right in the sum.
    budget_->bytes_.fetch_add((units - before) * MediaBudget::kUnit, std::memory_order_relaxed);
    const bool holds = units > 0, held = before > 0;
    if (holds && !held) budget_->holders_.fetch_add(1, std::memory_order_relaxed);
    if (held && !holds) budget_->holders_.fetch_sub(1, std::memory_order_relaxed);
  }

  size_t BytesMax() const { return budget_ == nullptr ? SIZE_MAX : budget_->BytesMaxEach(); }

  void CountCut() {
    if (budget_ != nullptr) budget_->cuts_.fetch_add(1, std::memory_order_relaxed);
  }

 private:
  const std::shared_ptr<MediaBudget> budget_;
  size_t units_ = 0;
};

}  // namespace nearcast::stream

#endif  // DATAPLANE_STREAM_MEDIA_BUDGET_H_
