#include "dataplane/pull/srt_source.h"

#include "gtest/gtest.h"

namespace nearcast::pull {
namespace {

TEST(SrtUrlTest, IsTakenApart) {
  const SrtUrl url = ParseSrtUrl("srt://203.0.113.5:9000/live/show/hd?auth=1").value();
  EXPECT_EQ(url.host, "203.0.113.5");
  EXPECT_EQ(url.port, "9000");
  EXPECT_EQ(url.authority, "203.0.113.5:9000");
  EXPECT_EQ(url.target, "live/show/hd?auth=1");
  EXPECT_EQ(ParseSrtUrl("srt://[::1]:9000/a/b").value().host, "::1");
}

TEST(SrtUrlTest, WhatCannotBeCalledIsRefused) {
  for (const char* url : {"http://a:1/b/c", "srt://a/b/c", "srt://:1/b/c", "srt://a:0/b/c",
                          "srt://a:1/b/c#1.2.3.4", "srt://a:1/b c"}) {
    EXPECT_FALSE(ParseSrtUrl(url).ok()) << url;
  }
}

}  // namespace
}  // namespace nearcast::pull
