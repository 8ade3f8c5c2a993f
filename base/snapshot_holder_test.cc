#include "base/snapshot_holder.h"

#include <memory>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace nearcast {
namespace {

struct Pair {
  int a = 0;
  int b = 0;
};

TEST(SnapshotHolderTest, ReaderSeesWhatWasPublished) {
  SnapshotHolder<Pair> holder(std::make_shared<const Pair>(Pair{1, 1}));
  SnapshotHolder<Pair>::Reader reader(&holder);
  EXPECT_EQ(reader.Get().a, 1);
  holder.Publish(std::make_shared<const Pair>(Pair{2, 2}));
  EXPECT_EQ(reader.Get().a, 2);
  EXPECT_EQ(holder.Current()->b, 2);
}

TEST(SnapshotHolderTest, OldValueIsFreedWhenItsLastReaderMovesOn) {
  auto first = std::make_shared<const Pair>();
  std::weak_ptr<const Pair> watch = first;
  SnapshotHolder<Pair> holder(std::move(first));
  SnapshotHolder<Pair>::Reader reader(&holder);
  reader.Get();
  holder.Publish(std::make_shared<const Pair>());
  EXPECT_FALSE(watch.expired());
  reader.Get();
  EXPECT_TRUE(watch.expired());
}

TEST(SnapshotHolderTest, NoReaderEverSeesHalfAChange) {
  SnapshotHolder<Pair> holder(std::make_shared<const Pair>());
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&holder] {
      SnapshotHolder<Pair>::Reader reader(&holder);
      int last = 0;
      while (last < 20000) {
        const Pair& pair = reader.Get();
        ASSERT_EQ(pair.a, pair.b);
        ASSERT_GE(pair.a, last);
        last = pair.a;
      }
    });
  }
  for (int i = 1; i <= 20000; ++i) holder.Publish(std::make_shared<const Pair>(Pair{i, i}));
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace nearcast
