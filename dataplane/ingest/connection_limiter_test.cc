#include "dataplane/ingest/connection_limiter.h"

#include <vector>

#include "gtest/gtest.h"

namespace nearcast::ingest {
namespace {

TEST(ConnectionLimiterTest, LimitsEachAddressByItself) {
  ConnectionLimiter limiter(2);
  std::vector<ConnectionLimiter::Place> places;
  places.push_back(limiter.Enter("10.0.0.1"));
  places.push_back(limiter.Enter("10.0.0.1"));
  EXPECT_TRUE(places[0] && places[1]);
  EXPECT_FALSE(limiter.Enter("10.0.0.1"));
  EXPECT_TRUE(limiter.Enter("10.0.0.2"));
}

TEST(ConnectionLimiterTest, APlaceIsGivenBack) {
  ConnectionLimiter limiter(1);
  { const ConnectionLimiter::Place place = limiter.Enter("10.0.0.1"); }
  ConnectionLimiter::Place place = limiter.Enter("10.0.0.1");
  EXPECT_TRUE(place);
  ConnectionLimiter::Place moved = std::move(place);
  EXPECT_TRUE(moved);
  EXPECT_FALSE(limiter.Enter("10.0.0.1"));
}

}  // namespace
}  // namespace nearcast::ingest
