#include "ipdb/run_table.h"

#include <random>

#include "gtest/gtest.h"

namespace nearcast::ipdb {
namespace {

template <typename Word>
using Runs = std::vector<Run<Word>>;

template <typename Word>
class RunTableTest : public testing::Test {
 protected:
  static constexpr int kBits = sizeof(Word) * 8;

  Word RandomWord() {
    Word word = 0;
    for (int i = 0; i < kBits; i += 32)
      word = (word << 16 << 16) | static_cast<uint32_t>(random_());
    // Low ranges too, so that runs crowd in few slots.
    return word >> static_cast<int>(random_() % kBits);
  }

  Runs<Word> RandomRuns(size_t count) {
    std::vector<Word> starts = {0};
    for (size_t i = 1; i < count; ++i) starts.push_back(RandomWord());
    std::sort(starts.begin(), starts.end());
    starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
    Runs<Word> runs;
    for (const Word start : starts) runs.push_back({start, static_cast<uint32_t>(random_() % 4)});
    return runs;
  }

  static uint32_t ValueOf(const Runs<Word>& runs, Word address) {
    uint32_t value = 0;
    for (const auto& run : runs) {
      if (run.start <= address) value = run.value;
    }
    return value;
  }

  // Every address of the block has the value: the value changes at starts alone, so it suffices to
  // look there.
  static bool IsUniform(const Runs<Word>& runs, Word address, int bits) {
    const Word host = bits == 0 ? Word(0) - 1 : bits == kBits ? Word(0) : (Word(0) - 1) >> bits;
    const Word first = address & ~host;
    const Word last = address | host;
    const uint32_t value = ValueOf(runs, address);
    if (ValueOf(runs, first) != value) return false;
    for (const auto& run : runs) {
      if (run.start >= first && run.start <= last && run.value != value) return false;
    }
    return true;
  }

  static int ScopeOf(const Runs<Word>& runs, Word address) {
    int bits = 0;
    while (!IsUniform(runs, address, bits)) ++bits;
    return bits;
  }

  std::mt19937_64 random_{20240607};
};

using Words = testing::Types<uint32_t, absl::uint128>;
TYPED_TEST_SUITE(RunTableTest, Words);

TYPED_TEST(RunTableTest, AgreesWithANaiveSearchAroundEveryBoundary) {
  using Word = TypeParam;
  for (const size_t count : {1, 2, 3, 5, 20, 100}) {
    for (int round = 0; round < 20; ++round) {
      const std::vector<Run<Word>> runs = this->RandomRuns(count);
      const RunTable<Word> table(runs);
      std::vector<Word> probes = {0, Word(0) - 1, this->RandomWord(), this->RandomWord()};
      for (const auto& run : runs)
        probes.insert(probes.end(), {run.start - 1, run.start, run.start + 1});
      for (const Word probe : probes) {
        const auto match = table.Find(probe);
        ASSERT_EQ(match.value, this->ValueOf(runs, probe));
        ASSERT_EQ(match.scope_bits, this->ScopeOf(runs, probe));
      }
    }
  }
}

TYPED_TEST(RunTableTest, MergesNeighboursOfOneValue) {
  using Word = TypeParam;
  const RunTable<Word> table({{0, 7}, {5, 7}, {9, 8}, {12, 8}, {20, 7}});
  ASSERT_EQ(table.runs().size(), 3u);
  EXPECT_EQ(table.runs()[1], (Run<Word>{9, 8}));
  EXPECT_EQ(table.last(1), Word(19));
  EXPECT_EQ(table.last(2), Word(0) - 1);
}

TYPED_TEST(RunTableTest, WidensTheScopeWhenValuesAreMapped) {
  using Word = TypeParam;
  const RunTable<Word> cells({{0, 0}, {16, 1}, {32, 2}, {64, 3}});
  EXPECT_EQ(cells.Find(20).scope_bits, this->kBits - 4);
  const RunTable<Word> answers = cells.MapValues([](uint32_t cell) { return cell == 3 ? 1u : 0u; });
  EXPECT_EQ(answers.runs().size(), 2u);
  EXPECT_EQ(answers.Find(20).value, 0u);
  EXPECT_EQ(answers.Find(20).scope_bits, this->kBits - 6);
}

TYPED_TEST(RunTableTest, NeedsNoScopeWhereEverythingIsOneRun) {
  const RunTable<TypeParam> table;
  EXPECT_EQ(table.Find(12345).value, 0u);
  EXPECT_EQ(table.Find(12345).scope_bits, 0);
}

TYPED_TEST(RunTableTest, GivesTheHostLengthToASingleAddress) {
  const RunTable<TypeParam> table({{0, 0}, {77, 1}, {78, 0}});
  EXPECT_EQ(table.Find(77).value, 1u);
  EXPECT_EQ(table.Find(77).scope_bits, this->kBits);
}

}  // namespace
}  // namespace nearcast::ipdb
