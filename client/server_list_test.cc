#include "client/server_list.h"

#include <gtest/gtest.h>

namespace nearcast::client {
namespace {

TEST(ServerListTest, StaysWithAServerUntilItFailsAndComesAround) {
  ServerList servers({"a", "b", "c"});
  EXPECT_EQ(servers.url(servers.current()), "a");
  servers.Leave(0);
  EXPECT_EQ(servers.url(servers.current()), "b");
  servers.Leave(1);
  servers.Leave(2);
  EXPECT_EQ(servers.url(servers.current()), "a");
}

TEST(ServerListTest, OneFailureSeenTwiceMovesOnOnce) {
  ServerList servers({"a", "b", "c"});
  servers.Leave(0);
  servers.Leave(0);
  EXPECT_EQ(servers.current(), 1u);
}

TEST(ServerListTest, AloneIsAskedAgainAndRestartGoesToTheFirst) {
  ServerList one({"a"});
  one.Leave(0);
  EXPECT_EQ(one.current(), 0u);
  ServerList two({"a", "b"});
  two.Leave(0);
  two.Restart();
  EXPECT_EQ(two.current(), 0u);
}

}  // namespace
}  // namespace nearcast::client
