#include "client/ip_url.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace nearcast::client {
namespace {

constexpr char kV4[] = "192.0.2.1";
constexpr char kV6[] = "2001:db8::1";

// "url | host header | server name"
std::string Text(absl::string_view url, absl::string_view address) {
  const auto made = Rewrite(url, address);
  if (!made.ok()) return "refused";
  return absl::StrCat(made->url, " | ", made->host_header, " | ", made->server_name);
}

struct Row {
  std::string url, address, expected;
};

TEST(IpUrlTest, KeepsEverythingButTheHost) {
  const Row rows[] = {
      {"http://a.b/x", kV4, "http://192.0.2.1/x | a.b | a.b"},
      {"http://a.b", kV4, "http://192.0.2.1 | a.b | a.b"},
      {"http://a.b/x", kV6, "http://[2001:db8::1]/x | a.b | a.b"},
      {"http://a.b:8088/x.flv?y=1&z=http://c.d/", kV4,
       "http://192.0.2.1:8088/x.flv?y=1&z=http://c.d/ | a.b:8088 | a.b"},
      {"https://A.b:443/x", kV6, "https://[2001:db8::1]:443/x | A.b:443 | A.b"},
      {"rtmp://a.b:1935/app/s", kV4, "rtmp://192.0.2.1:1935/app/s | a.b:1935 | a.b"},
      {"http://a.b:/x", kV4, "http://192.0.2.1/x | a.b | a.b"},
      {"http://a.b?q", kV4, "http://192.0.2.1?q | a.b | a.b"},
      {"http://a.b#f", kV4, "http://192.0.2.1#f | a.b | a.b"},
      {"http://u:p@w@a.b:1/x@y", kV4, "http://u:p@w@192.0.2.1:1/x@y | a.b:1 | a.b"},
      {"http://[2001:db8::9]:80/", kV4, "http://192.0.2.1:80/ | [2001:db8::9]:80 | 2001:db8::9"},
      {"http://198.51.100.7/", kV6, "http://[2001:db8::1]/ | 198.51.100.7 | 198.51.100.7"},
  };
  for (const Row& row : rows) EXPECT_EQ(Text(row.url, row.address), row.expected) << row.url;
}

TEST(IpUrlTest, RefusesWhatIsNotAUrlOrNotAnAddress) {
  for (const char* url :
       {"", "a.b", "//a.b/", "://a.b", "1http://a.b", "http://", "http:///x", "http://a b/",
        "http://a.b/\r\nHost: c", "http://a.b:0/", "http://a.b:65536/", "http://a.b:x/",
        "http://a.b:+80/", "http://[2001:db8::1/", "http://[a.b]/", "http://[::1]x/",
        "http://2001:db8::1/", "http://a..b/", "http://a.b\\@c.d/"}) {
    EXPECT_EQ(Text(url, kV4), "refused") << url;
  }
  for (const char* address : {"", "a.b", "[2001:db8::1]", "192.0.2.1:80", "fe80::1%eth0"}) {
    EXPECT_EQ(Text("http://a.b/", address), "refused") << address;
  }
}

TEST(IpUrlTest, RewritingBackGivesTheSameUrl) {
  for (const char* url : {"http://198.51.100.7:81/x?y#z", "rtmp://[2001:db8::9]/app"}) {
    const std::string host = *FindHost(url);
    EXPECT_EQ(Rewrite(Rewrite(url, kV6)->url, host)->url, url);
  }
}

}  // namespace
}  // namespace nearcast::client
