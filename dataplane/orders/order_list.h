// OrderList: what a node does without being asked by a viewer: streams that it holds, streams that
// it forwards. Several give orders (each control plane, the flags, the local HTTP interface); the
// node does what any of them wants.
//
//   OrderList<std::string> holds(1'000);
//   holds.Set("control 10.0.0.1:7070", {"live/a", "live/b"});   // the whole list of that one
//   holds.Add("http", "live/c");
//   for (const std::string& stream : holds.All()) …
#ifndef DATAPLANE_ORDERS_ORDER_LIST_H_
#define DATAPLANE_ORDERS_ORDER_LIST_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

namespace nearcast::orders {

// Item: copyable and ordered. Thread rule: any thread.
template <typename Item>
class OrderList {
 public:
  explicit OrderList(size_t items_max) : items_max_(items_max) {}

  // Instead of what `from` wanted before. Beyond the bound the last are left out, and counted.
  void Set(const std::string& from, const std::vector<Item>& items) {
    absl::MutexLock lock(&mutex_);
    std::set<Item> wanted(items.begin(), items.end());
    std::set<Item>& mine = by_giver_[from];
    if (mine == wanted) return;
    mine = std::move(wanted);
    UniteLocked();
  }

  // False when the list is full.
  bool Add(const std::string& from, const Item& item) {
    absl::MutexLock lock(&mutex_);
    if (all_.contains(item) || all_.size() < items_max_) {
      by_giver_[from].insert(item);
      all_.insert(item);
      return true;
    }
    ++refused_;
    return false;
  }

  // False when `from` did not want it. It stays while another does.
  bool Remove(const std::string& from, const Item& item) {
    absl::MutexLock lock(&mutex_);
    const bool wanted = by_giver_[from].erase(item) > 0;
    if (wanted) UniteLocked();
    return wanted;
  }

  bool Has(const Item& item) const {
    absl::MutexLock lock(&mutex_);
    return all_.contains(item);
  }

  // In order.
  std::vector<Item> All() const {
    absl::MutexLock lock(&mutex_);
    return {all_.begin(), all_.end()};
  }

  // Orders left out for want of room, ever.
  uint64_t refused() const {
    absl::MutexLock lock(&mutex_);
    return refused_;
  }

 private:
  void UniteLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    all_.clear();
    for (const auto& [from, items] : by_giver_) {
      for (const Item& item : items) {
        if (all_.size() < items_max_ || all_.contains(item)) {
          all_.insert(item);
        } else {
          ++refused_;
        }
      }
    }
  }

  const size_t items_max_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::set<Item>> by_giver_ ABSL_GUARDED_BY(mutex_);
  std::set<Item> all_ ABSL_GUARDED_BY(mutex_);
  uint64_t refused_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace nearcast::orders

#endif  // DATAPLANE_ORDERS_ORDER_LIST_H_
