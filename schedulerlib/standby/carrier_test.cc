#include "schedulerlib/standby/carrier.h"

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

constexpr CarriedBy kPlanned = CarriedBy::kPlanned;
constexpr CarriedBy kMain = CarriedBy::kMain;
constexpr CarriedBy kBackup = CarriedBy::kBackup;

Stream Pushed(bool cold, CarriedBy carried_by, const char* backup_cdn = "b") {
  Stream stream;
  stream.carried_by = carried_by;
  stream.push_lines = {{"main", "a", "", "", false}, {"backup", backup_cdn, "", "", cold}};
  return stream;
}

TEST(CarrierTest, TheLineThatIsHeardCarries) {
  constexpr Heard yes = Heard::kYes;
  constexpr Heard no = Heard::kNo;
  constexpr Heard unknown = Heard::kUnknown;
  const struct {
    bool cold;
    CarriedBy before;
    Heard main, backup;
    CarriedBy after;
  } kCases[] = {
      {false, kPlanned, yes, yes, kPlanned},   {false, kPlanned, yes, no, kMain},
      {false, kPlanned, no, yes, kBackup},     {false, kBackup, no, no, kBackup},
      {false, kBackup, yes, yes, kPlanned},    {false, kMain, yes, unknown, kMain},
      {false, kBackup, no, unknown, kBackup},  {true, kPlanned, yes, no, kPlanned},
      {true, kPlanned, no, yes, kBackup},      {true, kBackup, yes, no, kPlanned},
      {true, kBackup, yes, yes, kPlanned},     {true, kPlanned, no, no, kPlanned},
      {true, kBackup, yes, unknown, kPlanned}, {true, kBackup, unknown, unknown, kBackup},
      {false, kPlanned, no, unknown, kBackup}, {false, kBackup, yes, unknown, kPlanned},
      {false, kPlanned, unknown, no, kMain},   {false, kMain, unknown, yes, kPlanned},
      {false, kMain, no, unknown, kMain},      {false, kBackup, unknown, no, kBackup},
      {false, kMain, unknown, no, kMain},      {false, kPlanned, yes, unknown, kPlanned},
      {true, kPlanned, no, unknown, kPlanned}, {false, kPlanned, unknown, unknown, kPlanned},
  };
  for (const auto& each : kCases) {
    EXPECT_EQ(FindCarrier(Pushed(each.cold, each.before), each.main, each.backup), each.after)
        << "case " << &each - kCases;
  }
}

TEST(CarrierTest, AStreamWithOneLineIsCarriedByIt) {
  Stream stream = Pushed(false, kBackup);
  stream.push_lines.pop_back();
  EXPECT_EQ(FindCarrier(stream, Heard::kNo, Heard::kYes), kPlanned);
  EXPECT_EQ(FeedOf(Stream(), "a"), 0u) << "made before there were lines";
}

TEST(CarrierTest, ACdnIsFedByItsOwnPushElseByTheFirstThatCarries) {
  constexpr size_t kDry = 99;
  const struct {
    bool cold;
    CarriedBy carried_by;
    size_t a, b, other;
  } kCases[] = {
      {false, kPlanned, 0, 1, 0}, {false, kMain, 0, kDry, 0},  {false, kBackup, kDry, 1, 1},
      {true, kPlanned, 0, 0, 0},  {true, kBackup, kDry, 1, 1},
  };
  for (const auto& each : kCases) {
    const Stream stream = Pushed(each.cold, each.carried_by);
    EXPECT_EQ(FeedOf(stream, "a").value_or(kDry), each.a) << "case " << &each - kCases;
    EXPECT_EQ(FeedOf(stream, "b").value_or(kDry), each.b) << "case " << &each - kCases;
    EXPECT_EQ(FeedOf(stream, "c").value_or(kDry), each.other) << "case " << &each - kCases;
  }
}

TEST(CarrierTest, TwoPushesToOneCdnKeepItFed) {
  EXPECT_EQ(FeedOf(Pushed(false, kBackup, "a"), "a"), 1u);
  EXPECT_EQ(FeedOf(Pushed(false, kMain, "a"), "a"), 0u);
  EXPECT_EQ(FeedOf(Pushed(true, kPlanned, "a"), "a"), 0u);
}

}  // namespace
}  // namespace nearcast::scheduler
