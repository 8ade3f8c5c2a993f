#include "schedulerlib/stream/url_template.h"

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

TEST(UrlTemplateTest, ReplacesEveryName) {
  const UrlValues values{"a.example:8088", "live", "s1", "_hd", 1800};
  EXPECT_EQ(
      WriteUrl("http://{host}/{app}/{stream}{suffix}.flv?gop_cache_ms={gop_cache_ms}", values),
      "http://a.example:8088/live/s1_hd.flv?gop_cache_ms=1800");
  EXPECT_EQ(WriteUrl("rtmp://fixed/x", values), "rtmp://fixed/x");
  EXPECT_EQ(WriteUrl("", values), "");
}

TEST(UrlTemplateTest, SaysWhatIsWrong) {
  EXPECT_TRUE(ValidateUrlTemplate("http://{host}/{app}/{stream}{suffix}.flv").ok());
  EXPECT_EQ(ValidateUrlTemplate("http://{host/x").message(),
            "has a '{' without its '}': \"http://{host/x\"");
  EXPECT_EQ(ValidateUrlTemplate("http://{host}/{strem}").message(),
            "has the unknown name {strem}; known are {host}, {app}, {stream}, {suffix} and "
            "{gop_cache_ms}");
  EXPECT_FALSE(ValidateUrlTemplate("{host}/x").ok());
}

}  // namespace
}  // namespace nearcast::scheduler
