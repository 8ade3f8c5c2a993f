#include "base/socket_address.h"

#include <netinet/in.h>
#include <unistd.h>

#include <string>

#include "base/loopback.h"
#include "gtest/gtest.h"

namespace nearcast {
namespace {

TEST(SocketAddressTest, IsReadAndWrittenInBothFamilies) {
  const auto v4 = ParseSocketAddress("10.1.2.3", 4567);
  ASSERT_TRUE(v4.has_value());
  EXPECT_EQ(v4->family(), AF_INET);
  EXPECT_EQ(v4->size, sizeof(sockaddr_in));
  EXPECT_EQ(v4->port(), 4567);
  EXPECT_EQ(SocketAddressText(*v4), "10.1.2.3:4567");
  const auto v6 = ParseSocketAddress("2001:db8::1", 443);
  ASSERT_TRUE(v6.has_value());
  EXPECT_EQ(v6->family(), AF_INET6);
  EXPECT_EQ(v6->size, sizeof(sockaddr_in6));
  EXPECT_EQ(v6->port(), 443);
  EXPECT_EQ(SocketAddressText(*v6), "[2001:db8::1]:443");
}

TEST(SocketAddressTest, NothingButAnAddressIsOne) {
  for (const char* text : {"", "localhost", "10.1.2", "10.1.2.3 ", "10.1.2.3:80", "[::1]", "::g"}) {
    EXPECT_FALSE(ParseSocketAddress(text, 1).has_value()) << text;
  }
  EXPECT_FALSE(ParseSocketAddress(std::string("10.1.2.3\0x", 10), 1).has_value());
}

TEST(SocketAddressTest, ASocketKnowsItsEnds) {
  const LoopbackPort listener;
  const auto at = OwnAddress(listener.fd());
  ASSERT_TRUE(at.has_value());
  EXPECT_EQ(at->port(), listener.number);
  EXPECT_FALSE(PeerAddress(listener.fd()).has_value());
  const int caller = ConnectLoopback(listener.number);
  EXPECT_EQ(SocketAddressText(*PeerAddress(caller)), SocketAddressText(*at));
  ::close(caller);
  EXPECT_FALSE(OwnAddress(caller).has_value());
}

TEST(SocketAddressTest, AnEndOfThisProcessIsLocal) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  EXPECT_EQ(SocketAddressText(*PeerAddress(ends[0])), "local");
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace nearcast
