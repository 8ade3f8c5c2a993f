#include "dataplane/pull/http_url.h"

#include "gtest/gtest.h"

namespace nearcast::pull {
namespace {

TEST(HttpUrlTest, ReadsHostPortAndTarget) {
  const HttpUrl url = ParseHttpUrl("http://127.0.0.11:8088/live/a.flv?x=1").value();
  EXPECT_EQ(url.host, "127.0.0.11");
  EXPECT_EQ(url.port, "8088");
  EXPECT_EQ(url.authority, "127.0.0.11:8088");
  EXPECT_EQ(url.target, "/live/a.flv?x=1");
  EXPECT_EQ(ParseHttpUrl("http://[::1]:80/").value().host, "::1");
  EXPECT_EQ(ParseHttpUrl("http://node.example").value().port, "80");
  EXPECT_EQ(ParseHttpUrl("http://node.example").value().target, "/");
}

TEST(HttpUrlTest, RefusesWhatItCannotFetch) {
  for (const char* url :
       {"https://a/", "rtmp://a/b", "http://", "http:///x", "http://a:0/", "http://a:70000/",
        "http://a:x/", "http://a/b\r\nHost: c", "http://[::1/"}) {
    EXPECT_FALSE(ParseHttpUrl(url).ok()) << url;
  }
}

TEST(HttpUrlTest, ConnectsToTheAddressAfterTheMarkAndAsksForTheHost) {
  const HttpUrl url = ParseHttpUrl("http://pull.example/live/a.flv?x=1#203.0.113.5:8088").value();
  EXPECT_EQ(url.host, "203.0.113.5");
  EXPECT_EQ(url.port, "8088");
  EXPECT_EQ(url.authority, "pull.example");
  EXPECT_EQ(url.target, "/live/a.flv?x=1");
  EXPECT_EQ(ParseHttpUrl("http://pull.example:81/#[::1]").value().host, "::1");
  EXPECT_EQ(ParseHttpUrl("http://pull.example:81/#[::1]").value().port, "81");
  EXPECT_FALSE(ParseHttpUrl("http://pull.example/#").ok());
  EXPECT_FALSE(ParseHttpUrl("http://pull.example/#1.2.3.4:0").ok());
}

TEST(HttpUrlTest, AddsAParameterOnce) {
  EXPECT_EQ(WithParameter("/a.flv", "k", "1"), "/a.flv?k=1");
  EXPECT_EQ(WithParameter("/a.flv?x=2", "k", "1"), "/a.flv?x=2&k=1");
  EXPECT_EQ(WithParameter("/a.flv?k=2", "k", "1"), "/a.flv?k=2");
}

}  // namespace
}  // namespace nearcast::pull
