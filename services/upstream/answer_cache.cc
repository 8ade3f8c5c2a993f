#include "services/upstream/answer_cache.h"

#include <algorithm>
#include <utility>

#include "ipdb/ip_prefix.h"

namespace nearcast::upstream {
namespace {

// What is left of `ttl` in whole seconds; at least one, for it has not run out.
uint32_t SecondsLeft(absl::Duration left) {
  return static_cast<uint32_t>(std::max<int64_t>(absl::ToInt64Seconds(left), 1));
}

}  // namespace

Found AnswerCache::Find(absl::string_view name, RecordType type, const ipdb::IpPrefix& subnet,
                        absl::Duration now) {
  Entry* const entry = FindBest({name, type, subnet}, now);
  if (entry == nullptr) return {.freshness = Freshness::kMissing, .should_ask = true};
  entries_.splice(entries_.begin(), entries_, entry->self);
  Found found = Describe(*entry, now);
  entry->was_asked |= found.answer != nullptr;
  if (found.freshness == Freshness::kFresh && found.should_ask) {
    entry->ask_again_at = now + options_.recheck;
    Unqueue(entry);
  }
  return found;
}

Found AnswerCache::Peek(absl::string_view name, RecordType type, const ipdb::IpPrefix& subnet,
                        absl::Duration now) const {
  const Entry* const entry = FindBest({name, type, subnet}, now);
  if (entry == nullptr) return {.freshness = Freshness::kMissing, .should_ask = true};
  return Describe(*entry, now);
}

Found AnswerCache::Describe(const Entry& entry, absl::Duration now) const {
  if (entry.answer == nullptr) return {.freshness = Freshness::kFailed};
  const bool may_ask = now >= entry.ask_again_at;
  if (now >= entry.expire_at) {
    return {.freshness = Freshness::kExpired,
            .answer = entry.answer,
            .ttl_s = options_.stale_ttl_s,
            .should_ask = may_ask};
  }
  return {.freshness = Freshness::kFresh,
          .answer = entry.answer,
          .ttl_s = SecondsLeft(entry.expire_at - now),
          .should_ask = now >= entry.refresh_at && may_ask};
}

AnswerCache::Entry* AnswerCache::FindBest(const View& view, absl::Duration now) const {
  Entry* expired = nullptr;
  Entry* failed = nullptr;
  for (int bits = view.network.length_bits; bits >= 0; --bits) {
    if (count_of_length_[bits] == 0) continue;
    Entry* const entry =
        FindExact({view.name, view.type, ipdb::BlockAround(view.network.address, bits)});
    if (entry == nullptr) continue;
    if (entry->answer == nullptr) {
      if (now < entry->expire_at && failed == nullptr) failed = entry;
    } else if (now < entry->expire_at) {
      return entry;
    } else if (now < entry->expire_at + options_.stale_max && expired == nullptr) {
      expired = entry;
    }
  }
  return expired != nullptr ? expired : failed;
}

AnswerCache::Entry* AnswerCache::FindExact(const View& view) const {
  const auto found = index_.find(view);
  return found == index_.end() ? nullptr : *found;
}

void AnswerCache::Store(const Question& question, Answer answer, uint8_t scope_bits,
                        absl::Duration now) {
  const ipdb::IpPrefix& subnet = question.subnet;
  const int kept_bits = std::min<int>(scope_bits, subnet.length_bits);
  // What was kept for less of the subnet would stand in the way.
  for (int bits = subnet.length_bits; bits > kept_bits; --bits) {
    if (count_of_length_[bits] == 0) continue;
    Entry* const old =
        FindExact({question.name, question.type, ipdb::BlockAround(subnet.address, bits)});
    if (old != nullptr) Erase(old);
  }
  Entry* const entry = Insert(question, ipdb::BlockAround(subnet.address, kept_bits));
  answer.ttl_s = Clamp(answer);
  const absl::Duration ttl = absl::Seconds(answer.ttl_s);
  entry->answer = std::make_shared<const Answer>(std::move(answer));
  entry->expire_at = now + ttl;
  const double jitter = static_cast<double>(Hash()(entry) % 1024) / 1024;
  entry->refresh_at = now + ttl * (0.75 + 0.15 * jitter);
  entry->ask_again_at = now;
  entry->was_asked = false;
  Queue(entry);
}

void AnswerCache::StoreFailure(const Question& question, absl::Duration now) {
  Entry* entry = FindBest({question.name, question.type, question.subnet}, now);
  if (entry != nullptr && entry->answer != nullptr) {
    entry->ask_again_at = now + options_.recheck;
    return;
  }
  if (entry == nullptr) entry = Insert(question, question.subnet);
  Unqueue(entry);
  entry->answer = nullptr;
  entry->expire_at = now + options_.failure_memory;
}

std::vector<Question> AnswerCache::TakeDue(absl::Duration now, size_t questions_max) {
  std::vector<Question> due;
  while (!queue_.empty() && queue_.begin()->first <= now && due.size() < questions_max) {
    Entry* const entry = queue_.begin()->second;
    Unqueue(entry);
    if (!entry->was_asked || now < entry->ask_again_at || now >= entry->expire_at) continue;
    entry->ask_again_at = now + options_.recheck;
    due.push_back(entry->question);
  }
  return due;
}

AnswerCache::Entry* AnswerCache::Insert(const Question& question, const ipdb::IpPrefix& network) {
  Entry* known = FindExact({question.name, question.type, network});
  if (known != nullptr) {
    Unqueue(known);
    known->question = question;
    entries_.splice(entries_.begin(), entries_, known->self);
    return known;
  }
  while (entries_.size() >= options_.entries_max) {
    Erase(&entries_.back());
    ++evicted_;
  }
  entries_.emplace_front();
  Entry* const entry = &entries_.front();
  entry->self = entries_.begin();
  entry->question = question;
  entry->network = network;
  ++count_of_length_[network.length_bits];
  index_.insert(entry);
  return entry;
}

void AnswerCache::Erase(Entry* entry) {
  Unqueue(entry);
  --count_of_length_[entry->network.length_bits];
  index_.erase(entry);
  entries_.erase(entry->self);
}

void AnswerCache::Queue(Entry* entry) {
  Unqueue(entry);
  entry->queue_at = queue_.emplace(entry->refresh_at, entry);
  entry->is_queued = true;
}

void AnswerCache::Unqueue(Entry* entry) {
  if (!entry->is_queued) return;
  queue_.erase(entry->queue_at);
  entry->is_queued = false;
}

uint32_t AnswerCache::Clamp(const Answer& answer) const {
  const uint32_t most = answer.kind == Answer::Kind::kAddresses
                            ? options_.ttl_max_s
                            : std::min(options_.ttl_max_s, options_.negative_ttl_max_s);
  return std::clamp(answer.ttl_s, std::min(options_.ttl_min_s, most), most);
}

}  // namespace nearcast::upstream
