// Debts: how far the bits that CDNs got are from what the weights intend, so that a ratio is exact
// where chance alone would not make it so.
//
// An account is one scope's: a cell (region and ISP), a region, or all of a rule. Every session is
// booked in all three, so what a small cell cannot settle its parents do. `over` is what a CDN got
// too much (owed when below 0). Of n sessions chance leaves √(p(1-p)/n) of a share open: 4.6 points
// at n = 100, p = 0.3. So a choice by hash stands only as long as every account stays within a
// bound; else the CDN is chosen that is owed most, over the three accounts, each counted in its
// own bounds. With one account and a bound of one session no share is ever a session off; with
// three, none is off by more than two and a half (split/debt_test.cc measures it). To keep all of
// them below one is impossible online (controlled rounding; for one account it is the chairman
// assignment problem: Tijdeman, Discrete Mathematics 32, 1980).
//
// All plain values: one owner changes them (services/scheduler/ratio_desk.h), decisions read
// copies.
#ifndef SCHEDULERLIB_SPLIT_DEBT_H_
#define SCHEDULERLIB_SPLIT_DEBT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/container/inlined_vector.h"

namespace nearcast::scheduler {

// More than this many CDNs in one rule cost an allocation.
inline constexpr size_t kUsualCdns = 12;

// A CDN, by StableHash of its name, and its part of the whole, 0..1.
struct CdnShare {
  uint64_t cdn = 0;
  double share = 0;
};
using CdnShares = absl::InlinedVector<CdnShare, kUsualCdns>;

// Up to this many sessions an account follows a change of weights at once, so that exactly the
// viewers move that must; beyond it the hash moves them, and old sessions end by themselves.
inline constexpr double kExactSessionsMax = 10000;

struct DebtAccount {
  struct Entry {
    uint64_t cdn = 0;
    double share = 0;      // by the weights that the account follows now
    double over_mbit = 0;  // got minus intended
  };
  absl::InlinedVector<Entry, kUsualCdns> entries;
  double volume_mbit = 0;  // of all sessions, fading
  double sessions = 0;     // fading
  double updated_s = 0;    // monotonic

  const Entry* Find(uint64_t cdn) const;
};

// From the narrowest: cell, region, rule. Accounts that do not exist yet are empty.
inline constexpr size_t kDebtLevels = 3;
using DebtView = std::array<DebtAccount, kDebtLevels>;

// Everything fades by half in `half_life_s`: sessions end.
void AgeAccount(DebtAccount& account, double now_s, double half_life_s);

// Follows other weights. A CDN that is new owes and is owed nothing; one that is gone is forgotten.
void RetargetAccount(DebtAccount& account, std::span<const CdnShare> shares);

// Books a session at `chosen` that was intended for `intended` (shares of what this viewer could be
// given; they sum up to 1).
void BookSession(DebtAccount& account, std::span<const CdnShare> intended, uint64_t chosen,
                 double mbit);

// Takes what is left (`part`, 0..1, the rest has faded) of a session back that was booked at
// `chosen`: it is about to be booked anew.
void UnbookSession(DebtAccount& account, uint64_t chosen, double mbit, double part);

// What is left of anything after so long.
double FadedPart(double age_s, double half_life_s);

// Forgets what is beyond kDebtBoundsMax times the bound, once there are more than kExactSessionsMax
// sessions: a CDN that comes back after a failure must not get everybody who is new.
void LimitDebts(DebtAccount& account, double session_mbit, double tolerance);
inline constexpr double kDebtBoundsMax = 4;

// What may be over before hash gives way: `tolerance` (0..1) of the volume, at least one session.
double DebtBound(const DebtAccount& account, double session_mbit, double tolerance);

// Whether a session of that size may go to `cdn` with every account staying within half its bound;
// the other half is what settling needs.
bool FitsDebts(const DebtView& view, std::span<const CdnShare> intended, uint64_t cdn,
               double session_mbit, double tolerance);

// Whether a session that has `cdn` already may keep it: no account has it over half its bound.
bool MayKeep(const DebtView& view, std::span<const CdnShare> intended, uint64_t cdn,
             double session_mbit, double tolerance);

// The one of `intended` (not empty) that is owed most over all accounts, each in its own bounds; of
// equals the smaller hash.
uint64_t MostOwed(const DebtView& view, std::span<const CdnShare> intended, double session_mbit,
                  double tolerance);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SPLIT_DEBT_H_
