#include "ipdb/location.h"

#include "gtest/gtest.h"

namespace nearcast::ipdb {
namespace {

TEST(LocationTest, OverlayReplacesTheFieldsThatTheUpperOneHas) {
  const struct {
    const char* why;
    Location base, over, result;
  } rows[] = {
      {"nothing over something",
       {"CN", "440000", "440100", "x"},
       {},
       {"CN", "440000", "440100", "x"}},
      {"isp fills in",
       {"CN", "440000", "440100", ""},
       {"", "", "", "y"},
       {"CN", "440000", "440100", "y"}},
      {"isp replaces",
       {"CN", "440000", "440100", "x"},
       {"", "", "", "y"},
       {"CN", "440000", "440100", "y"}},
      {"same country keeps the city",
       {"CN", "440000", "440100", "x"},
       {"CN", "", "", "y"},
       {"CN", "440000", "440100", "y"}},
      {"new country closes region and city",
       {"CN", "440000", "440100", "x"},
       {"US", "", "", ""},
       {"US", "", "", "x"}},
      {"new region closes the city",
       {"CN", "440000", "440100", "x"},
       {"CN", "450000", "", ""},
       {"CN", "450000", "", "x"}},
      {"same region refines",
       {"CN", "440000", "", "x"},
       {"CN", "440000", "440300", ""},
       {"CN", "440000", "440300", "x"}},
      {"city alone",
       {"CN", "440000", "440100", ""},
       {"", "", "440300", ""},
       {"CN", "440000", "440300", ""}},
  };
  for (const auto& row : rows) EXPECT_EQ(Overlay(row.base, row.over), row.result) << row.why;
}

TEST(LocationTest, OrdersTheUnknownLocationFirst) {
  EXPECT_LT(Location{}, (Location{.country = "", .region = "", .city = "", .isp = "x"}));
  EXPECT_LT((Location{"CN", "", "", "z"}), (Location{"CN", "110000", "", ""}));
}

}  // namespace
}  // namespace nearcast::ipdb
