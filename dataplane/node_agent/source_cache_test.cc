#include "dataplane/node_agent/source_cache.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace nearcast::node_agent {
namespace {

TEST(SourceCacheTest, AnAnswerHoldsUntilItsTime) {
  SourceCache cache(10);
  cache.Store("live/a", pull::Sources{{"n1", "http://n1/live/a.flv"}}, 500, 0);
  const auto found = cache.Find({"live/a", {}}, 499);
  ASSERT_TRUE(found && found->ok());
  EXPECT_EQ((**found)[0].node, "n1");
  EXPECT_FALSE(cache.Find({"live/a", {}}, 500));
  EXPECT_FALSE(cache.Find({"live/b", {}}, 0));
}

TEST(SourceCacheTest, NobodyIsAnAnswer) {
  SourceCache cache(10);
  cache.Store("live/a", absl::NotFoundError("nobody"), 500, 0);
  const auto found = cache.Find({"live/a", {}}, 0);
  ASSERT_TRUE(found);
  EXPECT_TRUE(absl::IsNotFound(found->status()));
}

TEST(SourceCacheTest, AQuestionWithExcludedNodesIsAskedAnew) {
  SourceCache cache(10);
  cache.Store("live/a", pull::Sources{{"n1", "u"}}, 500, 0);
  cache.Store("live/b", pull::Sources{{"n1", "u"}}, 500, 0);
  EXPECT_FALSE(cache.Find({"live/a", {"n1"}}, 0));
  EXPECT_FALSE(cache.Find({"live/a", {}}, 0)) << "the answer that failed is asked for anew";
  EXPECT_TRUE(cache.Find({"live/b", {}}, 0));
}

TEST(SourceCacheTest, IsBoundedAndMakesRoomForWhatIsOver) {
  SourceCache cache(3);
  for (int i = 0; i < 5; ++i) cache.Store(absl::StrCat("s", i), pull::Sources{}, 100, 0);
  EXPECT_TRUE(cache.Find({"s2", {}}, 0));
  EXPECT_FALSE(cache.Find({"s4", {}}, 0));
  cache.Store("s4", pull::Sources{}, 300, 200);
  EXPECT_TRUE(cache.Find({"s4", {}}, 200));
}

}  // namespace
}  // namespace nearcast::node_agent
