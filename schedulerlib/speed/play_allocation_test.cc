// A play decision asks the heap for nothing, whatever it decides.
#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>

#include "gtest/gtest.h"
#include "schedulerlib/speed/play_world.h"
#include "schedulerlib/split/debt_ledger.h"
#include "schedulerlib/stream/play.h"

namespace {

std::atomic<uint64_t> allocations{0};

void* Allocate(size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* const block = std::malloc(size)) return block;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(size_t size) { return Allocate(size); }
void* operator new[](size_t size) { return Allocate(size); }
void operator delete(void* block) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete(void* block, size_t) noexcept { std::free(block); }
void operator delete[](void* block, size_t) noexcept { std::free(block); }

namespace nearcast::scheduler {
namespace {

class LedgerReader : public DebtReader {
 public:
  explicit LedgerReader(const DebtLedger* ledger) : ledger_(ledger) {}
  DebtView Read(const CompiledRatioRule& rule, const ipdb::Location& place,
                double session_mbit) const override {
    return ledger_->Read(rule, place, {.mbit = session_mbit}, 0);
  }

 private:
  const DebtLedger* ledger_;
};

TEST(PlayAllocationTest, ADecisionAllocatesNothing) {
  const PlayWorld world =
      DrawPlayWorld({.cdns = 10, .nodes = 1000, .rules = 1000, .streams = 10000, .viewers = 2000});
  DebtLedger ledger({.accounts_max = 1 << 16});
  const LedgerReader reader(&ledger);
  const PlayContext context{.rates = &world.rates, .debts = &reader};
  size_t own_lines = 0;
  size_t by_debt = 0;
  size_t switched = 0;
  for (size_t i = 0; i < 50000; ++i) {
    const Stream& stream = world.streams[i * 7919 % world.streams.size()];
    const Viewer& viewer = world.viewers[i % world.viewers.size()];
    const uint64_t before = allocations.load();
    const auto decision = DecidePlay(*world.snapshot, stream, viewer, absl::UnixEpoch(), context);
    ASSERT_EQ(allocations.load() - before, 0u) << stream.name << ", " << viewer.key;
    ASSERT_TRUE(decision.ok()) << decision.status();
    for (const PlayLine& line : decision->lines) own_lines += line.node ? 1 : 0;
    by_debt += decision->ratio.reason == RatioReason::kDebt ? 1 : 0;
    switched += decision->switches.applied.empty() ? 0 : 1;
    ledger.Book(*decision->ratio.rule, decision->place.location, {.mbit = decision->session_mbit},
                decision->ratio.intended,
                world.snapshot->cdn_buckets[decision->ratio.main->value()].hash, 0);
  }
  // All kinds of decisions were among them.
  EXPECT_GT(own_lines, 1000u);
  EXPECT_GT(by_debt, 1000u);
  EXPECT_GT(switched, 1000u);
}

}  // namespace
}  // namespace nearcast::scheduler
