// AnswerCache: upstream's answers by name, type and subnet, with what to do when they grow old.
//
//   stored           75–90 % of TTL       TTL                          TTL + stale_max
//     |------ fresh ------|-- fresh, and --|---------- expired -----------|  forgotten
//                            asked again      kept for when upstream is gone
//
// For whom: an answer is kept for the subnet that it was asked for, cut to the scope that came with
// it, and found for every subnet inside, the longest first (RFC 7871 §7.3.1). With ChooseSubnet this
// means: for the client's cell, or further where the upstream says that further is alike.
//
// How long (RFC 2308 §5, RFC 2181 §8, RFC 9520 §3.2): the TTL within [ttl_min_s, ttl_max_s]; "no
// such name" and "no data" at most negative_ttl_max_s; a failure for failure_memory.
//
// Ahead of expiry: TakeDue gives what was asked for since it was stored, at 75 to 90 % of its TTL:
// so what clients want never expires while its upstream lives, and what nobody wants is not asked
// for. Where in that span follows from name and subnet, so that answers stored at one time are not
// all asked again at one time.
//
// When upstream is gone (RFC 8767): an expired answer may be given with stale_ttl_s for up to
// stale_max. Found::should_ask says whether to try upstream first; within `recheck` of a failure it
// does not. "No such name" is an answer and replaces an old one (§4); a failure replaces nothing.
//
// Pure but for its own state: time comes in. Bounded by entries_max, the least recently used go
// first. Thread rule: one at a time.
#ifndef SERVICES_UPSTREAM_ANSWER_CACHE_H_
#define SERVICES_UPSTREAM_ANSWER_CACHE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/upstream/question.h"

namespace nearcast::upstream {

struct CacheOptions {
  size_t entries_max = 65536;  // of about half a kilobyte
  uint32_t ttl_min_s = 5;
  uint32_t ttl_max_s = 3600;
  uint32_t negative_ttl_max_s = 300;
  uint32_t stale_ttl_s = 30;                         // RFC 8767 §4
  absl::Duration stale_max = absl::Hours(24);        // §5 advises one to three days
  absl::Duration recheck = absl::Seconds(30);        // §5, failure recheck timer
  absl::Duration failure_memory = absl::Seconds(5);  // where there is nothing to give instead
};

enum class Freshness : uint8_t {
  kMissing,
  kFresh,
  kExpired,  // has an answer, past its TTL
  kFailed,   // nothing, and upstream has just failed
};

struct Found {
  Freshness freshness = Freshness::kMissing;
  std::shared_ptr<const Answer> answer;  // kFresh and kExpired; its TTL is the whole, clamped
  uint32_t ttl_s = 0;                    // what is left of it; stale_ttl_s when it has expired
  bool should_ask = false;
};

class AnswerCache {
 public:
  explicit AnswerCache(const CacheOptions& options) : options_(options) {}
  AnswerCache(const AnswerCache&) = delete;
  AnswerCache& operator=(const AnswerCache&) = delete;

  // `now` never steps back, here and below. A fresh answer that has come into the span at the end of
  // its TTL says should_ask once in `recheck`.
  Found Find(absl::string_view name, RecordType type, const ipdb::IpPrefix& subnet,
             absl::Duration now);

  // What Find would give, without counting as a search: nothing is kept longer or asked again for it.
  Found Peek(absl::string_view name, RecordType type, const ipdb::IpPrefix& subnet,
             absl::Duration now) const;

  // What upstream said, and for how much of the subnet's surroundings (0 = for everybody; longer
  // than the subnet counts as the subnet).
  void Store(const Question& question, Answer answer, uint8_t scope_bits, absl::Duration now);
  void StoreFailure(const Question& question, absl::Duration now);

  // Questions to ask ahead of expiry, as they were first asked; each once.
  std::vector<Question> TakeDue(absl::Duration now, size_t questions_max);

  size_t size() const { return entries_.size(); }
  uint64_t evicted() const { return evicted_; }

 private:
  struct Entry {
    Question question;  // as sent
    ipdb::IpPrefix network;
    std::shared_ptr<const Answer> answer;  // null = a failure
    absl::Duration expire_at;
    absl::Duration refresh_at;
    absl::Duration ask_again_at;  // not before
    bool was_asked = false;       // since it was stored
    bool is_queued = false;
    std::multimap<absl::Duration, Entry*>::iterator queue_at;
    std::list<Entry>::iterator self;
  };

  struct View {
    absl::string_view name;
    RecordType type;
    ipdb::IpPrefix network;
  };
  static View ViewOf(const Entry* entry) {
    return {entry->question.name, entry->question.type, entry->network};
  }
  static View ViewOf(const View& view) { return view; }
  struct Hash {
    using is_transparent = void;
    template <typename T>
    size_t operator()(const T& key) const {
      const View view = ViewOf(key);
      return absl::HashOf(view.name, view.type, view.network.address, view.network.length_bits);
    }
  };
  struct Equal {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      const View left = ViewOf(a);
      const View right = ViewOf(b);
      return left.type == right.type && left.network == right.network && left.name == right.name;
    }
  };

  // What Find goes by: the first that is fresh, from the longest network to the shortest, else the
  // first that has an answer, else the first.
  Entry* FindBest(const View& view, absl::Duration now) const;
  Entry* FindExact(const View& view) const;
  Found Describe(const Entry& entry, absl::Duration now) const;
  Entry* Insert(const Question& question, const ipdb::IpPrefix& network);
  void Erase(Entry* entry);
  void Queue(Entry* entry);
  void Unqueue(Entry* entry);
  uint32_t Clamp(const Answer& answer) const;

  const CacheOptions options_;
  std::list<Entry> entries_;  // the most recently used first
  absl::flat_hash_set<Entry*, Hash, Equal> index_;
  std::array<uint32_t, 129> count_of_length_ = {};
  std::multimap<absl::Duration, Entry*> queue_;  // by refresh_at
  uint64_t evicted_ = 0;
};

}  // namespace nearcast::upstream

#endif  // SERVICES_UPSTREAM_ANSWER_CACHE_H_
