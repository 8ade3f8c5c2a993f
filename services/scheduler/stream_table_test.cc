#include "services/scheduler/stream_table.h"

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/store/memory_store.h"

namespace nearcast {
namespace {

using scheduler::StreamState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kNoon = absl::FromUnixSeconds(1'790'000'000);

// A store whose disk can be made to fail.
class FailingStore : public store::MemoryStore {
 public:
  absl::Status PutStream(const v1::StoredStream& stream) override {
    if (fails) return absl::UnavailableError("disk full");
    return MemoryStore::PutStream(stream);
  }
  absl::Status DeleteStream(absl::string_view name) override {
    if (fails) return absl::UnavailableError("disk full");
    return MemoryStore::DeleteStream(name);
  }

  bool fails = false;
};

StreamEntry Entry(const std::string& name, const std::string& request_id = "",
                  absl::Time time = kNoon) {
  StreamEntry entry;
  entry.stream.name = name;
  entry.stream.publish_point = "show";
  entry.request_id = request_id;
  entry.create_time = entry.update_time = time;
  return entry;
}

class StreamTableTest : public ::testing::Test {
 protected:
  absl::Status SetState(const std::string& name, StreamState state) {
    return table_
        .Update(name,
                [state](StreamEntry& entry) {
                  entry.stream.state = state;
                  return absl::OkStatus();
                })
        .status();
  }

  // "name state" of all that the store has.
  std::vector<std::string> Stored() {
    std::vector<std::string> streams;
    EXPECT_TRUE(store_
                    .ForEachStream([&streams](const v1::StoredStream& stored) {
                      streams.push_back(
                          absl::StrCat(stored.stream().name(), " ",
                                       v1::Stream::State_Name(stored.stream().state())));
                    })
                    .ok());
    return streams;
  }

  std::vector<std::string> List(absl::string_view after, size_t count_max) {
    std::vector<std::string> names;
    const auto all = [](const StreamEntry&) { return true; };
    for (const auto& entry : table_.List(after, count_max, all)) {
      names.push_back(entry->stream.name);
    }
    return names;
  }

  FailingStore store_;
  StreamTable table_{&store_};
};

TEST_F(StreamTableTest, WhatIsReturnedOkIsInTheStore) {
  ASSERT_TRUE(table_.Insert(Entry("a")).ok());
  EXPECT_THAT(Stored(), ElementsAre("a CREATED"));
  ASSERT_TRUE(SetState("a", StreamState::kPublishing).ok());
  EXPECT_THAT(Stored(), ElementsAre("a PUBLISHING"));
  EXPECT_EQ(table_.Find("a")->stream.state, StreamState::kPublishing);
}

TEST_F(StreamTableTest, FailedWriteChangesNothing) {
  ASSERT_TRUE(table_.Insert(Entry("a", "request-a")).ok());
  ASSERT_TRUE(SetState("a", StreamState::kEnded).ok());
  store_.fails = true;
  EXPECT_TRUE(absl::IsUnavailable(table_.Insert(Entry("b", "request-b")).status()));
  EXPECT_TRUE(absl::IsUnavailable(table_.Insert(Entry("a", "request-2")).status()));
  EXPECT_TRUE(absl::IsUnavailable(SetState("a", StreamState::kCreated)));
  EXPECT_EQ(table_.ForgetEndedBefore(absl::InfiniteFuture()), 0u);
  EXPECT_EQ(table_.Find("b"), nullptr);
  EXPECT_EQ(table_.FindByRequest("request-b"), nullptr);
  EXPECT_EQ(table_.FindByRequest("request-2"), nullptr);
  EXPECT_EQ(table_.FindByRequest("request-a")->stream.state, StreamState::kEnded);
  EXPECT_EQ(table_.size(), 1u);
}

TEST_F(StreamTableTest, LiveNameIsRefusedAndAnEndedOneIsReplaced) {
  ASSERT_TRUE(table_.Insert(Entry("a", "first")).ok());
  const auto refused = table_.Insert(Entry("a", "second"));
  EXPECT_TRUE(absl::IsAlreadyExists(refused.status()));
  EXPECT_EQ(refused.status().message(),
            "stream a exists and is created; end it first, or take another name");
  ASSERT_TRUE(SetState("a", StreamState::kEnded).ok());
  ASSERT_TRUE(table_.Insert(Entry("a", "second")).ok());
  EXPECT_EQ(table_.Find("a")->stream.state, StreamState::kCreated);
  EXPECT_EQ(table_.FindByRequest("first"), nullptr);
  EXPECT_EQ(table_.FindByRequest("second"), table_.Find("a"));
  EXPECT_EQ(table_.size(), 1u);
}

TEST_F(StreamTableTest, ReaderKeepsTheEntryThatItGot) {
  ASSERT_TRUE(table_.Insert(Entry("a")).ok());
  const StreamEntryPtr before = table_.Find("a");
  ASSERT_TRUE(SetState("a", StreamState::kEnded).ok());
  EXPECT_EQ(before->stream.state, StreamState::kCreated);
}

TEST_F(StreamTableTest, ChangeThatReturnsAnErrorChangesNothing) {
  ASSERT_TRUE(table_.Insert(Entry("a")).ok());
  const auto refused = table_.Update("a", [](StreamEntry& entry) {
    entry.stream.state = StreamState::kEnded;
    return absl::FailedPreconditionError("no");
  });
  EXPECT_TRUE(absl::IsFailedPrecondition(refused.status()));
  EXPECT_EQ(table_.Find("a")->stream.state, StreamState::kCreated);
  EXPECT_TRUE(absl::IsNotFound(SetState("b", StreamState::kEnded)));
}

TEST_F(StreamTableTest, AnotherTableLoadsWhatThisOneStored) {
  StreamEntry entry = Entry("a", "request-a", kNoon + absl::Nanoseconds(7));
  entry.stream.push_lines = {{"main", "own", "gz", "rtmp://192.0.2.1/live/a", false}};
  entry.update_time += absl::Seconds(5);
  ASSERT_TRUE(table_.Insert(entry).ok());
  StreamTable loaded(&store_);
  ASSERT_TRUE(loaded.Load().ok());
  const StreamEntryPtr found = loaded.FindByRequest("request-a");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->stream.publish_point, "show");
  EXPECT_EQ(found->stream.push_lines[0].url, "rtmp://192.0.2.1/live/a");
  EXPECT_EQ(found->create_time, entry.create_time);
  EXPECT_EQ(found->update_time, entry.update_time);
}

TEST_F(StreamTableTest, EntryOfAnUnknownStateIsAnErrorOfLoad) {
  v1::StoredStream stored;
  stored.mutable_stream()->set_name("a");
  stored.mutable_stream()->set_state(static_cast<v1::Stream::State>(77));
  ASSERT_TRUE(store_.PutStream(stored).ok());
  EXPECT_TRUE(absl::IsInvalidArgument(table_.Load()));
}

TEST_F(StreamTableTest, ListsInTheOrderOfNamesFromWhereItWasLeft) {
  for (const char* name : {"d", "a", "c", "b", "e"}) ASSERT_TRUE(table_.Insert(Entry(name)).ok());
  ASSERT_TRUE(SetState("c", StreamState::kEnded).ok());
  EXPECT_THAT(List("", 3), ElementsAre("a", "b", "c"));
  EXPECT_THAT(List("c", 3), ElementsAre("d", "e"));
  EXPECT_THAT(List("bb", 1), ElementsAre("c"));
  EXPECT_THAT(List("e", 3), IsEmpty());
  const auto ended = table_.List(
      "", 10, [](const StreamEntry& entry) { return entry.stream.state == StreamState::kEnded; });
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0]->stream.name, "c");
}

TEST_F(StreamTableTest, ForgetsOnlyWhatEndedLongAgo) {
  ASSERT_TRUE(table_.Insert(Entry("old", "request-old")).ok());
  ASSERT_TRUE(table_.Insert(Entry("young", "", kNoon + absl::Hours(1))).ok());
  ASSERT_TRUE(table_.Insert(Entry("live")).ok());
  ASSERT_TRUE(SetState("old", StreamState::kEnded).ok());
  ASSERT_TRUE(SetState("young", StreamState::kEnded).ok());
  EXPECT_EQ(table_.ForgetEndedBefore(kNoon), 0u);
  EXPECT_EQ(table_.ForgetEndedBefore(kNoon + absl::Minutes(1)), 1u);
  EXPECT_EQ(table_.Find("old"), nullptr);
  EXPECT_EQ(table_.FindByRequest("request-old"), nullptr);
  EXPECT_THAT(Stored(), ElementsAre("live CREATED", "young ENDED"));
}

TEST_F(StreamTableTest, OfManyThreadsOneMakesEachStreamAndTheStoreAgreesInTheEnd) {
  constexpr int kThreads = 8;
  constexpr int kNames = 300;
  std::atomic<int> inserted{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kNames; ++i) {
        const std::string name = absl::StrCat("s", i);
        inserted += table_.Insert(Entry(name, absl::StrCat("r", t, "-", i))).ok() ? 1 : 0;
        SetState(name, i % 2 == 0 ? StreamState::kPublishing : StreamState::kBanned).IgnoreError();
        EXPECT_NE(table_.Find(name), nullptr);
        EXPECT_LE(List("", 10).size(), 10u);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(inserted, kNames);
  EXPECT_EQ(table_.size(), static_cast<size_t>(kNames));
  StreamTable loaded(&store_);
  ASSERT_TRUE(loaded.Load().ok());
  for (int i = 0; i < kNames; ++i) {
    const std::string name = absl::StrCat("s", i);
    EXPECT_EQ(loaded.Find(name)->stream.state, table_.Find(name)->stream.state);
    EXPECT_EQ(loaded.Find(name)->request_id, table_.Find(name)->request_id);
  }
}

TEST(StreamTableWatcherTest, EveryStoredChangeIsTold) {
  store::MemoryStore store;
  StreamTable table(&store);
  std::vector<std::string> told;
  table.WatchChanges([&told](const StreamEntry* before, const StreamEntryPtr& after) {
    told.push_back(std::string(before == nullptr ? "new" : StreamStateName(before->stream.state)) +
                   " → " + std::string(StreamStateName(after->stream.state)));
  });
  StreamEntry entry;
  entry.stream.name = "s";
  ASSERT_TRUE(table.Insert(entry).ok());
  const auto to = [](StreamState state) {
    return [state](StreamEntry& changed) {
      changed.stream.state = state;
      return absl::OkStatus();
    };
  };
  ASSERT_TRUE(table.Update("s", to(StreamState::kEnded)).ok());
  EXPECT_FALSE(table.Update("s", [](StreamEntry&) { return absl::CancelledError(); }).ok());
  ASSERT_TRUE(table.Insert(entry).ok());
  EXPECT_THAT(told, ::testing::ElementsAre("new → created", "created → ended", "new → created"));
}

}  // namespace
}  // namespace nearcast
