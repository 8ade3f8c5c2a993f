#include "schedulerlib/model/stream.h"

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

constexpr StreamState kStates[] = {StreamState::kCreated, StreamState::kPublishing,
                                   StreamState::kInterrupted, StreamState::kEnded,
                                   StreamState::kBanned};

TEST(StreamTest, StepsAreThoseOfTheTable) {
  // From (row) to (column): created, publishing, interrupted, ended, banned.
  constexpr bool kMay[5][5] = {
      {true, true, false, true, true},     // created
      {false, true, true, true, true},     // publishing
      {false, true, true, true, true},     // interrupted
      {false, false, false, true, false},  // ended
      {false, false, false, true, true},   // banned
  };
  for (size_t from = 0; from < 5; ++from) {
    for (size_t to = 0; to < 5; ++to) {
      EXPECT_EQ(MayChange(kStates[from], kStates[to]), kMay[from][to])
          << StreamStateName(kStates[from]) << " to " << StreamStateName(kStates[to]);
    }
  }
}

TEST(StreamTest, StatesHaveNames) {
  constexpr absl::string_view kNames[] = {"created", "publishing", "interrupted", "ended",
                                          "banned"};
  for (size_t i = 0; i < 5; ++i) EXPECT_EQ(StreamStateName(kStates[i]), kNames[i]);
}

}  // namespace
}  // namespace nearcast::scheduler
