// DebtLedger: the accounts of many rules and places (split/debt.h), bounded.
//
// A session is booked in three accounts: its cell (country, region, ISP), its region, and its rule
// as a whole. When there is no room for another account its session is settled in the others alone.
// Thread rule: one owner.
#ifndef SCHEDULERLIB_SPLIT_DEBT_LEDGER_H_
#define SCHEDULERLIB_SPLIT_DEBT_LEDGER_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "ipdb/location.h"
#include "schedulerlib/split/debt.h"
#include "schedulerlib/split/ratio.h"

namespace nearcast::scheduler {

struct LedgerTerms {
  size_t accounts_max = 4096;

  // Half of a session's weight is gone after this.
  double half_life_s = 600;
};

// A session, as it is booked.
struct LedgerSession {
  double mbit = 0;
  uint64_t booked_cdn = 0;  // where it was booked before; 0 = it was not
  double booked_part = 1;   // what is left of that, 0..1: FadedPart since then
};

class DebtLedger {
 public:
  explicit DebtLedger(const LedgerTerms& terms) : terms_(terms) {}

  // The accounts as they are now, following the rule's weights, and without the session if it was
  // booked before.
  DebtView Read(const CompiledRatioRule& rule, const ipdb::Location& place,
                const LedgerSession& session, double now_s) const;

  // `intended` as RatioChoice has it, not empty.
  void Book(const CompiledRatioRule& rule, const ipdb::Location& place,
            const LedgerSession& session, std::span<const CdnShare> intended, uint64_t chosen,
            double now_s);

  size_t size() const { return accounts_.size(); }
  uint64_t refused() const { return refused_; }  // accounts that found no room

 private:
  using Keys = std::array<uint64_t, kDebtLevels>;
  static Keys KeysOf(const CompiledRatioRule& rule, const ipdb::Location& place);

  void BringUp(DebtAccount& account, const CompiledRatioRule& rule, const LedgerSession& session,
               double now_s) const;
  DebtAccount* FindOrAdd(uint64_t key, double now_s);

  LedgerTerms terms_;
  absl::flat_hash_map<uint64_t, DebtAccount> accounts_;
  uint64_t refused_ = 0;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SPLIT_DEBT_LEDGER_H_
