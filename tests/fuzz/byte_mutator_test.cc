#include "tests/fuzz/byte_mutator.h"

#include <gtest/gtest.h>

#include <set>

namespace nearcast {
namespace {

using Bytes = ByteMutator::Bytes;

const Bytes kSeed = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

TEST(ByteMutatorTest, TheSameNumberIsTheSameInput) {
  const ByteMutator one({kSeed, {}}, 7);
  const ByteMutator other({kSeed, {}}, 7);
  Bytes a, b = {9, 9};
  for (uint64_t number = 0; number < 1000; ++number) {
    one.Mutate(number, &a);
    other.Mutate(number, &b);
    ASSERT_EQ(a, b) << number;
  }
}

TEST(ByteMutatorTest, NumbersAndSeedsGiveOtherInputs) {
  std::set<Bytes> inputs;
  Bytes input;
  for (uint64_t seed = 0; seed < 2; ++seed) {
    const ByteMutator mutator({kSeed}, seed);
    for (uint64_t number = 0; number < 10'000; ++number) {
      mutator.Mutate(number, &input);
      inputs.insert(input);
    }
  }
  EXPECT_GT(inputs.size(), 14'000u);
}

TEST(ByteMutatorTest, EveryOctetIsReachedAndTheLengthStaysInItsBound) {
  const ByteMutator mutator({kSeed, Bytes(ByteMutator::kBytesMax, 1)}, 3);
  std::set<size_t> changed, sizes;
  Bytes input;
  for (uint64_t number = 0; number < 50'000; ++number) {
    mutator.Mutate(number, &input);
    ASSERT_LE(input.size(), ByteMutator::kBytesMax);
    sizes.insert(input.size());
    if (input.size() != kSeed.size()) continue;
    for (size_t i = 0; i < input.size(); ++i) {
      if (input[i] != kSeed[i]) changed.insert(i);
    }
  }
  EXPECT_EQ(changed.size(), kSeed.size());
  EXPECT_EQ(*sizes.begin(), 0u);
  EXPECT_GT(sizes.size(), 1000u);
}

TEST(ByteMutatorTest, NothingGrowsToo) {
  const ByteMutator mutator({{}}, 5);
  std::set<Bytes> inputs;
  Bytes input;
  for (uint64_t number = 0; number < 1000; ++number) {
    mutator.Mutate(number, &input);
    inputs.insert(input);
  }
  EXPECT_GT(inputs.size(), 100u);
}

}  // namespace
}  // namespace nearcast
