#include "schedulerlib/split/debt.h"

#include <algorithm>
#include <cmath>

namespace nearcast::scheduler {
namespace {

DebtAccount::Entry& EntryOf(DebtAccount& account, uint64_t cdn) {
  for (DebtAccount::Entry& entry : account.entries) {
    if (entry.cdn == cdn) return entry;
  }
  return account.entries.emplace_back(DebtAccount::Entry{.cdn = cdn});
}

// `at` is where it probably stands: entries are in the order of the rule's weights, as intents are.
double OverOf(const DebtAccount& account, uint64_t cdn, size_t at) {
  if (at < account.entries.size() && account.entries[at].cdn == cdn) {
    return account.entries[at].over_mbit;
  }
  const DebtAccount::Entry* entry = account.Find(cdn);
  return entry == nullptr ? 0 : entry->over_mbit;
}

}  // namespace

const DebtAccount::Entry* DebtAccount::Find(uint64_t cdn) const {
  for (const Entry& entry : entries) {
    if (entry.cdn == cdn) return &entry;
  }
  return nullptr;
}

double FadedPart(double age_s, double half_life_s) { return std::exp2(-age_s / half_life_s); }

void AgeAccount(DebtAccount& account, double now_s, double half_life_s) {
  const double age_s = now_s - account.updated_s;
  account.updated_s = now_s;
  if (age_s <= 0 || account.sessions == 0) return;
  const double left = FadedPart(age_s, half_life_s);
  account.volume_mbit *= left;
  account.sessions *= left;
  for (DebtAccount::Entry& entry : account.entries) entry.over_mbit *= left;
}

void RetargetAccount(DebtAccount& account, std::span<const CdnShare> shares) {
  decltype(account.entries) entries;
  for (const CdnShare& target : shares) {
    const DebtAccount::Entry* old = account.Find(target.cdn);
    DebtAccount::Entry& entry = entries.emplace_back();
    entry.cdn = target.cdn;
    entry.share = target.share;
    entry.over_mbit = old == nullptr ? 0 : old->over_mbit;
    if (account.sessions > kExactSessionsMax) continue;
    entry.over_mbit += ((old == nullptr ? 0 : old->share) - target.share) * account.volume_mbit;
  }
  account.entries = std::move(entries);
}

void BookSession(DebtAccount& account, std::span<const CdnShare> intended, uint64_t chosen,
                 double mbit) {
  for (const CdnShare& share : intended) {
    EntryOf(account, share.cdn).over_mbit -= share.share * mbit;
  }
  EntryOf(account, chosen).over_mbit += mbit;
  account.volume_mbit += mbit;
  account.sessions += 1;
}

void UnbookSession(DebtAccount& account, uint64_t chosen, double mbit, double part) {
  mbit *= part;
  for (DebtAccount::Entry& entry : account.entries) {
    entry.over_mbit += entry.share * mbit;
    if (entry.cdn == chosen) entry.over_mbit -= mbit;
  }
  account.volume_mbit = std::max(0.0, account.volume_mbit - mbit);
  account.sessions = std::max(0.0, account.sessions - part);
}

void LimitDebts(DebtAccount& account, double session_mbit, double tolerance) {
  if (account.sessions <= kExactSessionsMax) return;
  const double limit = kDebtBoundsMax * DebtBound(account, session_mbit, tolerance);
  for (DebtAccount::Entry& entry : account.entries) {
    entry.over_mbit = std::clamp(entry.over_mbit, -limit, limit);
  }
}

double DebtBound(const DebtAccount& account, double session_mbit, double tolerance) {
  return std::max(session_mbit, tolerance * account.volume_mbit);
}

bool FitsDebts(const DebtView& view, std::span<const CdnShare> intended, uint64_t cdn,
               double session_mbit, double tolerance) {
  for (const DebtAccount& account : view) {
    const double limit = DebtBound(account, session_mbit, tolerance) / 2;
    for (size_t i = 0; i < intended.size(); ++i) {
      const CdnShare& share = intended[i];
      const double got = share.cdn == cdn ? session_mbit : 0;
      const double over = OverOf(account, share.cdn, i) + got - share.share * session_mbit;
      if (std::abs(over) > limit) return false;
    }
  }
  return true;
}

bool MayKeep(const DebtView& view, std::span<const CdnShare> intended, uint64_t cdn,
             double session_mbit, double tolerance) {
  for (size_t i = 0; i < intended.size(); ++i) {
    const CdnShare& share = intended[i];
    if (share.cdn != cdn) continue;
    for (const DebtAccount& account : view) {
      const double over = OverOf(account, cdn, i) + (1 - share.share) * session_mbit;
      if (over > DebtBound(account, session_mbit, tolerance) / 2) return false;
    }
  }
  return true;
}

uint64_t MostOwed(const DebtView& view, std::span<const CdnShare> intended, double session_mbit,
                  double tolerance) {
  std::array<double, kDebtLevels> per_bound;
  for (size_t level = 0; level < kDebtLevels; ++level) {
    per_bound[level] = 1 / DebtBound(view[level], session_mbit, tolerance);
  }
  const CdnShare* best = nullptr;
  double best_over = 0;
  for (size_t i = 0; i < intended.size(); ++i) {
    const CdnShare& share = intended[i];
    double over = 0;
    for (size_t level = 0; level < kDebtLevels; ++level) {
      over += (OverOf(view[level], share.cdn, i) - share.share * session_mbit) * per_bound[level];
    }
    if (best != nullptr && (over > best_over || (over == best_over && share.cdn > best->cdn))) {
      continue;
    }
    best = &share;
    best_over = over;
  }
  return best->cdn;
}

}  // namespace nearcast::scheduler
