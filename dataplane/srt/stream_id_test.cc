#include "dataplane/srt/stream_id.h"

#include "gtest/gtest.h"

namespace nearcast::srt {
namespace {

TEST(StreamIdTest, WhatIsWrittenIsRead) {
  const StreamWish wish{"live/show?a=b", "10.0.0.7:9000", 3'500, {"edge-1", "edge-2"}};
  const std::string id = WriteStreamId(wish).value();
  EXPECT_EQ(id,
            "#!::r=live/show?a=b,m=request,h=10.0.0.7:9000,gop_cache_ms=3500,via=edge-1/edge-2");
  const StreamWish read = ParseStreamId(id).value();
  EXPECT_EQ(read.target, wish.target);
  EXPECT_EQ(read.host, wish.host);
  EXPECT_EQ(read.gop_cache_ms, wish.gop_cache_ms);
  EXPECT_EQ(read.via, wish.via);
}

TEST(StreamIdTest, WhatOthersWriteIsRead) {
  const StreamWish wish = ParseStreamId("#!::u=admin,r=/live/a,m=request,x,s=1").value();
  EXPECT_EQ(wish.target, "live/a");
  EXPECT_EQ(wish.gop_cache_ms, 2'000);
  EXPECT_TRUE(wish.via.empty());
}

TEST(StreamIdTest, WhatCannotBeServedIsRefused) {
  for (const std::string& id :
       {std::string(), std::string("live/a"), std::string("#!::"), std::string("#!::m=request"),
        std::string("#!::r=live/a,m=publish"), std::string("#!::r=live/a,gop_cache_ms=-1"),
        std::string("#!::r=live/a,gop_cache_ms=x"), "#!::r=" + std::string(600, 'x')}) {
    EXPECT_FALSE(ParseStreamId(id).ok()) << id;
  }
}

TEST(StreamIdTest, WhatCannotBeWrittenIsSaid) {
  EXPECT_FALSE(WriteStreamId({"live/a,b", "h", 0, {}}).ok());
  EXPECT_FALSE(WriteStreamId({"live/a", "h", 0, {"a,b"}}).ok());
  EXPECT_FALSE(WriteStreamId({"live/" + std::string(600, 'x'), "h", 0, {}}).ok());
}

}  // namespace
}  // namespace nearcast::srt
