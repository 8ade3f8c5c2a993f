#include "schedulerlib/split/session_table.h"

#include "gtest/gtest.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

constexpr uint32_t kTtlS = 600;

TEST(SessionTable, RemembersUntilItIsNotHeardOf) {
  SessionTable table(1000);
  EXPECT_EQ(table.capacity(), 1024u);
  EXPECT_FALSE(table.Find(StableHash("a"), 0, kTtlS));
  table.Put(StableHash("a"), {7, 8}, 100, kTtlS);
  EXPECT_EQ(table.Find(StableHash("a"), 700, kTtlS)->cdn, 7u);
  EXPECT_EQ(table.Find(StableHash("a"), 700, kTtlS)->weights, 8u);
  EXPECT_FALSE(table.Find(StableHash("a"), 701, kTtlS));
  EXPECT_FALSE(table.Find(StableHash("b"), 700, kTtlS));
  table.Put(StableHash("a"), {9, 8}, 701, kTtlS);
  EXPECT_EQ(table.Find(StableHash("a"), 701, kTtlS)->cdn, 9u);
  EXPECT_EQ(table.size(), 1u);
}

TEST(SessionTable, ForgetsTheOldestWhenThereIsNoRoom) {
  SessionTable table(8);
  for (uint32_t i = 0; i < 9; ++i) table.Put(MixHash(i, 1), {i, 0}, i, kTtlS);
  EXPECT_EQ(table.forgotten(), 1u);
  EXPECT_FALSE(table.Find(MixHash(0, 1), 9, kTtlS));
  for (uint32_t i = 1; i < 9; ++i) EXPECT_EQ(table.Find(MixHash(i, 1), 9, kTtlS)->cdn, i);
}

TEST(SessionTable, WhatIsOverMakesRoomUncounted) {
  SessionTable table(8);
  for (uint32_t i = 0; i < 8; ++i) table.Put(MixHash(i, 1), {i, 0}, 0, kTtlS);
  table.Put(MixHash(8, 1), {8, 0}, kTtlS + 1, kTtlS);
  EXPECT_EQ(table.forgotten(), 0u);
}

TEST(SessionTable, HoldsNearlyAllOfHalfItsCapacity) {
  constexpr uint32_t kSessions = 1 << 15;
  SessionTable table(2 * kSessions);
  for (uint32_t i = 0; i < kSessions; ++i) table.Put(MixHash(i, 2), {i, 0}, 0, kTtlS);
  EXPECT_LT(table.forgotten(), kSessions / 50);  // sets of eight that are full by chance
}

}  // namespace
}  // namespace nearcast::scheduler
