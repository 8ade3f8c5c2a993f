#include "schedulerlib/place/measured_table.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

const ipdb::Location kGuangzhou{"CN", "440000", "440100", "chinatelecom"};
const ipdb::Location kShenzhen{"CN", "440000", "440300", "chinatelecom"};
const ipdb::Location kZhuhai{"CN", "440000", "440400", "chinatelecom"};
const ipdb::Location kProvince{"CN", "440000", "", "chinatelecom"};

// Nodes "0" to "9".
uint32_t FindNode(absl::string_view name) {
  return name.size() == 1 ? static_cast<uint32_t>(name[0] - '0') : UINT32_MAX;
}

TEST(MeasuredTableTest, ThePlacesOwnValueCountsAndElseTheProvincesMedian) {
  const MeasuredTable table({{"1", kGuangzhou, 9'000},
                             {"1", kShenzhen, 7'000},
                             {"1", kZhuhai, 30'000},
                             {"2", kShenzhen, 4'000},
                             {"gone", kGuangzhou, 1}},
                            FindNode);
  EXPECT_THAT(*table.Find(kGuangzhou),
              ElementsAre(Pair(NodeIndex(1), 9'000), Pair(NodeIndex(2), 4'000)));
  EXPECT_THAT(*table.Find(kProvince),
              ElementsAre(Pair(NodeIndex(1), 9'000), Pair(NodeIndex(2), 4'000)));
  const ipdb::Location foshan{"CN", "440000", "440600", "chinatelecom"};
  EXPECT_EQ(table.Find(foshan), table.Find({"CN", "440000", "440700", "chinatelecom"}));
}

TEST(MeasuredTableTest, OtherIspsAndUnknownProvincesLearnNothing) {
  const ipdb::Location nowhere{"CN", "", "", "chinatelecom"};
  const MeasuredTable table({{"1", kGuangzhou, 9'000}, {"1", nowhere, 8'000}}, FindNode);
  EXPECT_EQ(table.Find({"CN", "440000", "440100", "chinaunicom"}), nullptr);
  EXPECT_EQ(table.Find({"CN", "", "440100", "chinatelecom"}), nullptr);
  EXPECT_THAT(*table.Find(nowhere), ElementsAre(Pair(NodeIndex(1), 8'000)));
  EXPECT_EQ(MeasuredTable().Find(kGuangzhou), nullptr);
}

}  // namespace
}  // namespace nearcast::scheduler
