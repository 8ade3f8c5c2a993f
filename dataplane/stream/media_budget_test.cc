#include "dataplane/stream/media_budget.h"

#include <deque>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace nearcast::stream {
namespace {

constexpr size_t kMb = 1u << 20;

TEST(MediaBudgetTest, NewcomersAreRefusedAndCountedFromFourFifthsOn) {
  const auto budget = std::make_shared<MediaBudget>(10 * kMb);
  MediaAccount account(budget);
  EXPECT_TRUE(budget->Admit());
  account.Set(7 * kMb);
  EXPECT_TRUE(budget->Admit());
  account.Set(8 * kMb);
  EXPECT_FALSE(budget->Admit());
  EXPECT_FALSE(budget->Admit());
  EXPECT_EQ(budget->refused(), 2u);
  account.Set(kMb);
  EXPECT_TRUE(budget->Admit());
}

TEST(MediaBudgetTest, NobodyIsBoundUntilAllTogetherAreTooMuch) {
  const auto budget = std::make_shared<MediaBudget>(10 * kMb);
  MediaAccount small(budget), large(budget), none(budget);
  small.Set(kMb);
  large.Set(9 * kMb);
  EXPECT_EQ(large.BytesMax(), SIZE_MAX);
  large.Set(9 * kMb + 1);
  EXPECT_EQ(budget->holders(), 2u) << "who holds nothing has no share";
  EXPECT_EQ(large.BytesMax(), 5 * kMb);
  EXPECT_GT(small.BytesMax(), kMb);
}

TEST(MediaBudgetTest, WhatIsHeldIsRoundedUpAndGivenBackAtTheEnd) {
  const auto budget = std::make_shared<MediaBudget>(kMb);
  {
    MediaAccount account(budget);
    account.Set(1);
    EXPECT_EQ(budget->bytes(), MediaBudget::kUnit);
    account.Set(MediaBudget::kUnit + 1);
    EXPECT_EQ(budget->bytes(), 2 * MediaBudget::kUnit);
    account.Set(5);
    EXPECT_EQ(budget->bytes(), MediaBudget::kUnit);
  }
  EXPECT_EQ(budget->bytes(), 0u);
  EXPECT_EQ(budget->holders(), 0u);
}

TEST(MediaBudgetTest, WithoutABoundOrABudgetAllIsAdmitted) {
  const auto boundless = std::make_shared<MediaBudget>(0);
  MediaAccount account(boundless), alone(nullptr);
  account.Set(SIZE_MAX / 4);
  alone.Set(SIZE_MAX / 4);
  EXPECT_TRUE(boundless->Admit());
  EXPECT_EQ(account.BytesMax(), SIZE_MAX);
  EXPECT_EQ(alone.BytesMax(), SIZE_MAX);
}

// Holders that grow and shrink at random and keep to the rule.
TEST(MediaBudgetTest, WhoKeepsToItsShareKeepsTheBudget) {
  constexpr size_t kStepMax = 100'000;
  std::mt19937 random(1);
  const auto budget = std::make_shared<MediaBudget>(10 * kMb);
  std::deque<MediaAccount> accounts;
  std::vector<size_t> bytes(40);
  for (size_t i = 0; i < bytes.size(); ++i) accounts.emplace_back(budget);
  size_t most = 0;
  for (int step = 0; step < 200'000; ++step) {
    const size_t who = random() % bytes.size();
    bytes[who] += random() % kStepMax;
    if (random() % 50 == 0) bytes[who] = 0;
    accounts[who].Set(bytes[who]);
    for (size_t i = 0; i < bytes.size(); ++i) {
      const size_t share = accounts[i].BytesMax();
      if (bytes[i] <= share) continue;
      bytes[i] = share;
      accounts[i].Set(share);
    }
    most = std::max(most, budget->bytes());
    ASSERT_LE(budget->bytes(), budget->bytes_max());
  }
  EXPECT_GT(most, 9 * kMb) << "and it is used";
}

TEST(MediaBudgetTest, ManyThreadsAddUp) {
  const auto budget = std::make_shared<MediaBudget>(10 * kMb);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&budget] {
      MediaAccount account(budget);
      for (size_t step = 0; step < 20'000; ++step) account.Set(step * 7'919 % kMb);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(budget->bytes(), 0u);
  EXPECT_EQ(budget->holders(), 0u);
}

}  // namespace
}  // namespace nearcast::stream
