#include "schedulerlib/split/debt_ledger.h"

#include "base/text_hash.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

// An account that nobody has touched for this many half-lives holds a thousandth of what it did.
constexpr double kIdleHalfLives = 10;

bool Follows(const DebtAccount& account, const CdnShares& targets) {
  if (account.entries.size() != targets.size()) return false;
  for (size_t i = 0; i < targets.size(); ++i) {
    if (account.entries[i].cdn != targets[i].cdn) return false;
    if (account.entries[i].share != targets[i].share) return false;
  }
  return true;
}

}  // namespace

DebtLedger::Keys DebtLedger::KeysOf(const CompiledRatioRule& rule, const ipdb::Location& place) {
  const uint64_t region =
      MixHash(MixHash(rule.key, TextHash(place.country)), TextHash(place.region));
  return {MixHash(region, TextHash(place.isp)), region, rule.key};
}

void DebtLedger::BringUp(DebtAccount& account, const CompiledRatioRule& rule,
                         const LedgerSession& session, double now_s) const {
  AgeAccount(account, now_s, terms_.half_life_s);
  if (!Follows(account, rule.targets)) RetargetAccount(account, rule.targets);
  if (session.booked_cdn == 0) return;
  UnbookSession(account, session.booked_cdn, session.mbit, session.booked_part);
}

DebtView DebtLedger::Read(const CompiledRatioRule& rule, const ipdb::Location& place,
                          const LedgerSession& session, double now_s) const {
  DebtView view;
  const Keys keys = KeysOf(rule, place);
  for (const uint64_t key : keys) accounts_.prefetch(key);
  // An account is several lines of cache: all of them are asked for before any is awaited.
  std::array<const DebtAccount*, kDebtLevels> found{};
  for (size_t level = 0; level < kDebtLevels; ++level) {
    const auto at = accounts_.find(keys[level]);
    if (at == accounts_.end()) continue;
    found[level] = &at->second;
    constexpr size_t kCacheLine = 64;
    const char* const begin = reinterpret_cast<const char*>(found[level]);
    for (size_t i = 0; i < sizeof(DebtAccount); i += kCacheLine) __builtin_prefetch(begin + i);
  }
  for (size_t level = 0; level < kDebtLevels; ++level) {
    if (found[level] == nullptr) continue;
    view[level] = *found[level];
    BringUp(view[level], rule, session, now_s);
  }
  return view;
}

DebtAccount* DebtLedger::FindOrAdd(uint64_t key, double now_s) {
  const auto at = accounts_.find(key);
  if (at != accounts_.end()) return &at->second;
  if (accounts_.size() >= terms_.accounts_max) {
    absl::erase_if(accounts_, [&](const auto& account) {
      return now_s - account.second.updated_s > kIdleHalfLives * terms_.half_life_s;
    });
  }
  if (accounts_.size() >= terms_.accounts_max) {
    ++refused_;
    return nullptr;
  }
  DebtAccount& added = accounts_[key];
  added.updated_s = now_s;
  return &added;
}

void DebtLedger::Book(const CompiledRatioRule& rule, const ipdb::Location& place,
                      const LedgerSession& session, std::span<const CdnShare> intended,
                      uint64_t chosen, double now_s) {
  for (const uint64_t key : KeysOf(rule, place)) {
    DebtAccount* const account = FindOrAdd(key, now_s);
    if (account == nullptr) continue;
    BringUp(*account, rule, session, now_s);
    BookSession(*account, intended, chosen, session.mbit);
    LimitDebts(*account, session.mbit, rule.spec.tolerance_percent / 100);
  }
}

}  // namespace nearcast::scheduler
