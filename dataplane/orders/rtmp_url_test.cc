#include "dataplane/orders/rtmp_url.h"

#include "gtest/gtest.h"

namespace nearcast::orders {
namespace {

TEST(RtmpUrlTest, IsTakenApart) {
  const RtmpUrl url = ParseRtmpUrl("rtmp://198.51.100.7/live/show/hd?key=x/y").value();
  EXPECT_EQ(url.host, "198.51.100.7");
  EXPECT_EQ(url.port, "1935");
  EXPECT_EQ(url.app, "live");
  EXPECT_EQ(url.stream, "show/hd?key=x/y");
  EXPECT_EQ(url.tc_url, "rtmp://198.51.100.7/live");
  EXPECT_EQ(ParseRtmpUrl("rtmp://[2001:db8::1]:80/a/b").value().host, "2001:db8::1");
  EXPECT_EQ(ParseRtmpUrl("rtmp://node.example:80/a/b").value().port, "80");
}

TEST(RtmpUrlTest, WhatCannotBePublishedToIsRefused) {
  const std::string long_name(2'000, 'x');
  for (const std::string& url :
       {std::string("http://a/b/c"), std::string("rtmp://a/b"), std::string("rtmp://a/b/"),
        std::string("rtmp:///b/c"), std::string("rtmp://a:0/b/c"), std::string("rtmp://a//c"),
        std::string("rtmp://a/b/c d"), std::string("rtmp://a/b/c\r\n"),
        std::string("rtmp://a/b/c#1.2.3.4"), "rtmp://a/b/" + long_name}) {
    EXPECT_FALSE(ParseRtmpUrl(url).ok()) << url;
  }
}

}  // namespace
}  // namespace nearcast::orders
