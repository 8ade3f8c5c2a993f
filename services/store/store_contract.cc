#include "services/store/store_contract.h"

#include <algorithm>
#include <filesystem>
#include <random>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace nearcast::store {

using resource::ResourceKey;

v1::Resource MakeNode(const std::string& name, const std::string& cdn) {
  v1::Resource resource;
  resource.set_name(name);
  resource.mutable_node()->set_cdn(cdn);
  return resource;
}

v1::Resource MakeCdn(const std::string& name, const std::string& line) {
  v1::Resource resource;
  resource.set_name(name);
  resource.mutable_cdn()->set_line(line);
  return resource;
}

std::string Print(const Config& config) {
  std::vector<std::string> words;
  for (const v1::Resource& resource : config.resources) {
    words.push_back(absl::StrCat(resource::KeyOf(resource).ToString(), "@", resource.revision(),
                                 "=", resource.node().cdn(), resource.cdn().line()));
  }
  return absl::StrJoin(words, " ");
}

void StoreContract::SetUp() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  std::string name = absl::StrCat(test->test_suite_name(), "_", test->name());
  for (char& c : name) c = c == '/' ? '_' : c;
  directory_ = absl::StrCat(testing::TempDir(), "/", name);
  std::filesystem::remove_all(directory_);
}

void StoreContract::TearDown() {
  store_.reset();
  std::filesystem::remove_all(directory_);
}

Store& StoreContract::Open(const StoreOptions& options) {
  store_.reset();
  store_ = GetParam().open(directory_, options);
  return *store_;
}

namespace {

const absl::Time kNoon = absl::FromUnixMillis(1'767'323'045'678);

Edit Put(std::vector<v1::Resource> puts) {
  return Edit{
      .author = "ann", .reason = "test", .time = kNoon, .puts = std::move(puts), .deletes = {}};
}

Edit Delete(std::vector<ResourceKey> keys) {
  return Edit{.author = "bob", .reason = "", .time = kNoon, .puts = {}, .deletes = std::move(keys)};
}

std::string Text(const absl::StatusOr<int64_t>& number) {
  return number.ok() ? absl::StrCat(*number) : number.status().ToString();
}

std::string Loaded(Store& store) { return Print(store.LoadConfig().value()); }

TEST_P(StoreContract, BeginsEmptyAtRevisionZero) {
  Store& store = Open();
  EXPECT_EQ(store.LoadConfig()->revision, 0);
  EXPECT_EQ(Loaded(store), "");
  EXPECT_TRUE(store.ListRevisions(10)->empty());
  EXPECT_EQ(store.ConfigAt(0)->resources.size(), 0u);
}

TEST_P(StoreContract, EveryCommitIsTheNextRevision) {
  Store& store = Open();
  EXPECT_EQ(Text(store.Commit(Put({MakeNode("b", "x"), MakeNode("a", "x")}), 0)), "1");
  EXPECT_EQ(Text(store.Commit(Put({MakeCdn("a", "l")}), 1)), "2");
  EXPECT_EQ(Text(store.Commit(Delete({{"Node", "b"}}), 0)), "3");
  EXPECT_EQ(Loaded(store), "Cdn/a@2=l Node/a@1=x");
  EXPECT_EQ(store.LoadConfig()->revision, 3);
}

TEST_P(StoreContract, ARevisionKeepsWhoWhyWhenAndWhat) {
  Store& store = Open();
  ASSERT_TRUE(store.Commit(Put({MakeNode("a", "x")}), 0).ok());
  Edit edit = Put({MakeNode("a", "y"), MakeNode("b", "z")});
  edit.reason = "two at once";
  ASSERT_TRUE(store.Commit(edit, 0).ok());
  ASSERT_TRUE(store.Commit(Delete({{"Node", "a"}}), 0).ok());
  const std::vector<v1::StoredRevision> log = store.ListRevisions(10).value();
  ASSERT_EQ(log.size(), 3u);
  EXPECT_EQ(log[1].number(), 2);
  EXPECT_EQ(log[1].author(), "ann");
  EXPECT_EQ(log[1].reason(), "two at once");
  EXPECT_EQ(log[1].time().seconds(), 1'767'323'045);
  EXPECT_EQ(log[1].time().nanos(), 678'000'000);
  ASSERT_EQ(log[1].changes_size(), 2);
  EXPECT_EQ(log[1].changes(0).before().node().cdn(), "x");
  EXPECT_EQ(log[1].changes(0).after().node().cdn(), "y");
  EXPECT_EQ(log[1].changes(0).after().revision(), 2);
  EXPECT_EQ(log[1].changes(1).kind(), "Node");
  EXPECT_EQ(log[1].changes(1).name(), "b");
  EXPECT_FALSE(log[1].changes(1).has_before());
  EXPECT_FALSE(log[0].changes(0).has_after());
  EXPECT_EQ(store.ListRevisions(1)->size(), 1u);
  EXPECT_EQ(store.ListRevisions(1)->front().number(), 3);
  EXPECT_EQ(store.ListRevisions(0)->size(), 0u);
}

TEST_P(StoreContract, AnEditThatChangesNothingMakesNoRevision) {
  Store& store = Open();
  ASSERT_TRUE(store.Commit(Put({MakeNode("a", "x")}), 0).ok());
  v1::Resource same = MakeNode("a", "x");
  same.set_revision(77);
  EXPECT_EQ(Text(store.Commit(Put({same}), 0)), "1");
  EXPECT_EQ(Text(store.Commit(Put({}), 0)), "1");
  EXPECT_EQ(store.ListRevisions(10)->size(), 1u);
}

TEST_P(StoreContract, OnlyWhatChangesGetsTheNewRevision) {
  Store& store = Open();
  ASSERT_TRUE(store.Commit(Put({MakeNode("a", "x"), MakeNode("b", "x")}), 0).ok());
  EXPECT_EQ(Text(store.Commit(Put({MakeNode("a", "x"), MakeNode("b", "y")}), 0)), "2");
  EXPECT_EQ(Loaded(store), "Node/a@1=x Node/b@2=y");
  EXPECT_EQ(store.ListRevisions(1)->front().changes_size(), 1);
}

TEST_P(StoreContract, AnUnexpectedRevisionIsAborted) {
  Store& store = Open();
  ASSERT_TRUE(store.Commit(Put({MakeNode("a", "x")}), 0).ok());
  EXPECT_EQ(Text(store.Commit(Put({MakeNode("a", "y")}), 7)),
            "ABORTED: revision 7 was expected, but the current one is 1; look at what changed and "
            "try again");
  EXPECT_EQ(Loaded(store), "Node/a@1=x");
  EXPECT_EQ(Text(store.Commit(Put({MakeNode("a", "y")}), 1)), "2");
}

TEST_P(StoreContract, ABadPartSpoilsTheWholeEdit) {
  Store& store = Open();
  ASSERT_TRUE(store.Commit(Put({MakeNode("a", "x")}), 0).ok());
  Edit edit = Put({MakeNode("b", "x")});
  edit.deletes = {{"Node", "c"}};
  EXPECT_EQ(Text(store.Commit(edit, 0)), "NOT_FOUND: there is no Node/c");
  EXPECT_EQ(Text(store.Commit(Put({MakeNode("b", "x"), MakeNode("", "x")}), 0)),
            "INVALID_ARGUMENT: resource \"\" of kind \"Node\": kind and name must be set");
  EXPECT_EQ(Text(store.Commit(Put({MakeNode("b", "x"), v1::Resource()}), 0)),
            "INVALID_ARGUMENT: resource \"\" of kind \"\": kind and name must be set");
  EXPECT_EQ(Text(store.Commit(Put({MakeNode("b", "x"), MakeNode("b", "y")}), 0)),
            "INVALID_ARGUMENT: Node/b: is twice in one edit");
  edit.deletes = {{"Node", "b"}};
  EXPECT_EQ(Text(store.Commit(edit, 0)), "INVALID_ARGUMENT: Node/b: is twice in one edit");
  const std::string large(Store::kResourceOctetsMax, 'x');
  EXPECT_EQ(store.Commit(Put({MakeNode("b", large)}), 0).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Loaded(store), "Node/a@1=x");
  EXPECT_EQ(store.LoadConfig()->revision, 1);
}

TEST_P(StoreContract, EveryEarlierConfigurationCanBeHadAgain) {
  Store& store = Open();
  std::mt19937_64 random(2026);
  std::vector<std::string> expected = {""};
  for (int round = 1; round <= 60; ++round) {
    Edit edit = Put({MakeNode(absl::StrCat("n", random() % 6), absl::StrCat(round))});
    const std::vector<v1::Resource> now = store.LoadConfig()->resources;
    if (!now.empty() && random() % 2 == 0) {
      const ResourceKey gone = resource::KeyOf(now[random() % now.size()]);
      if (gone != resource::KeyOf(edit.puts[0])) edit.deletes.push_back(gone);
    }
    ASSERT_EQ(Text(store.Commit(edit, 0)), absl::StrCat(round));
    expected.push_back(Loaded(store));
  }
  for (int64_t revision = 0; revision <= 60; ++revision) {
    const Config config = store.ConfigAt(revision).value();
    EXPECT_EQ(config.revision, revision);
    EXPECT_EQ(Print(config), expected[revision]);
  }
  EXPECT_EQ(store.ConfigAt(61).status().message(), "there is no revision 61; the newest is 60");
  EXPECT_EQ(store.ConfigAt(-1).status().message(), "there is no revision -1; the newest is 60");
  EXPECT_EQ(store.ConfigAt(61).status().code(), absl::StatusCode::kNotFound);
}

TEST_P(StoreContract, OldRevisionsAreForgotten) {
  Store& store = Open({.revisions_max = 3});
  for (int i = 1; i <= 10; ++i) {
    ASSERT_TRUE(store.Commit(Put({MakeNode("a", absl::StrCat(i))}), 0).ok());
  }
  EXPECT_EQ(store.ListRevisions(100)->size(), 3u);
  EXPECT_EQ(Print(store.ConfigAt(8).value()), "Node/a@8=8");
  EXPECT_EQ(Print(store.ConfigAt(7).value()), "Node/a@7=7");
  EXPECT_EQ(store.ConfigAt(6).status().message(), "revision 6 is no longer kept; the oldest is 7");
}

TEST_P(StoreContract, WatchersHaveSeenARevisionBeforeItsCommitReturns) {
  Store& store = Open();
  std::vector<std::string> seen;
  Subscription watch = store.Watch([&](const v1::StoredRevision& revision) {
    seen.push_back(absl::StrCat(revision.number(), ": ", Loaded(store)));
  });
  ASSERT_TRUE(store.Commit(Put({MakeNode("a", "x")}), 0).ok());
  EXPECT_EQ(seen, std::vector<std::string>({"1: Node/a@1=x"}));
  ASSERT_TRUE(store.Commit(Put({MakeNode("a", "x")}), 0).ok());  // changes nothing
  ASSERT_FALSE(store.Commit(Put({MakeNode("a", "y")}), 9).ok());
  EXPECT_EQ(seen.size(), 1u);
  Subscription moved = std::move(watch);
  ASSERT_TRUE(store.Commit(Put({MakeNode("a", "y")}), 0).ok());
  EXPECT_EQ(seen.size(), 2u);
  moved = Subscription();
  ASSERT_TRUE(store.Commit(Put({MakeNode("a", "z")}), 0).ok());
  EXPECT_EQ(seen.size(), 2u);
}

TEST_P(StoreContract, ASubscriptionMayOutliveTheStore) {
  Subscription watch = Open().Watch([](const v1::StoredRevision&) {});
  store_.reset();
}

TEST_P(StoreContract, ManyCommittersGetEachRevisionOnce) {
  Store& store = Open();
  std::vector<int64_t> watched;
  Subscription watch = store.Watch(
      [&](const v1::StoredRevision& revision) { watched.push_back(revision.number()); });
  std::vector<std::thread> threads;
  std::vector<std::vector<int64_t>> numbers(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&store, &numbers, t] {
      for (int i = 0; i < 25; ++i) {
        const v1::Resource node = MakeNode(absl::StrCat("n", t), absl::StrCat(i));
        numbers[t].push_back(store.Commit(Put({node}), 0).value());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<int64_t> all, expected;
  for (const auto& some : numbers) all.insert(all.end(), some.begin(), some.end());
  std::sort(all.begin(), all.end());
  for (int64_t i = 1; i <= 100; ++i) expected.push_back(i);
  EXPECT_EQ(all, expected);
  EXPECT_EQ(watched, expected);
}

v1::StoredStream MakeStream(const std::string& name, const std::string& request_id) {
  v1::StoredStream stream;
  stream.mutable_stream()->set_name(name);
  stream.set_request_id(request_id);
  return stream;
}

std::string Streams(Store& store) {
  std::vector<std::string> words;
  const absl::Status read = store.ForEachStream([&](const v1::StoredStream& stream) {
    words.push_back(absl::StrCat(stream.stream().name(), "=", stream.request_id()));
  });
  return read.ok() ? absl::StrJoin(words, " ") : read.ToString();
}

TEST_P(StoreContract, StreamsArePutReplacedAndDeletedByName) {
  Store& store = Open();
  EXPECT_EQ(Streams(store), "");
  ASSERT_TRUE(store.PutStream(MakeStream("b", "1")).ok());
  ASSERT_TRUE(store.PutStream(MakeStream("a", "2")).ok());
  ASSERT_TRUE(store.PutStream(MakeStream("b", "3")).ok());
  EXPECT_EQ(Streams(store), "a=2 b=3");
  ASSERT_TRUE(store.DeleteStream("a").ok());
  ASSERT_TRUE(store.DeleteStream("a").ok());
  EXPECT_EQ(Streams(store), "b=3");
  EXPECT_EQ(store.PutStream(v1::StoredStream()).ToString(),
            "INVALID_ARGUMENT: a stream must have a name");
  EXPECT_EQ(store.LoadConfig()->revision, 0);
}

TEST_P(StoreContract, CountersAddUp) {
  Store& store = Open();
  (void)store.Commit(Put({MakeNode("a", "x")}), 0);
  (void)store.Commit(Put({MakeNode("a", "x")}), 0);
  (void)store.Commit(Put({MakeNode("a", "y")}), 5);
  (void)store.Commit(Delete({{"Node", "z"}}), 0);
  (void)store.PutStream(MakeStream("s", "1"));
  (void)store.PutStream(MakeStream("", "1"));
  (void)store.DeleteStream("s");
  const StoreCounters& counters = store.counters();
  EXPECT_EQ(counters.commits, 4u);
  EXPECT_EQ(counters.commits_made, 1u);
  EXPECT_EQ(counters.commits_unchanged, 1u);
  EXPECT_EQ(counters.commits_conflicted, 1u);
  EXPECT_EQ(counters.commits_refused, 1u);
  EXPECT_EQ(counters.commits_failed, 0u);
  EXPECT_EQ(counters.stream_writes, 3u);
  EXPECT_EQ(counters.stream_writes_failed, 1u);
}

TEST_P(StoreContract, EverythingIsThereAfterReopening) {
  if (GetParam().durability == Durability::kNone) GTEST_SKIP() << "ends with the process";
  Store& store = Open();
  ASSERT_TRUE(store.Commit(Put({MakeNode("a", "x"), MakeCdn("c", "l")}), 0).ok());
  ASSERT_TRUE(store.Commit(Put({MakeNode("a", "y")}), 0).ok());
  ASSERT_TRUE(store.PutStream(MakeStream("s", "1")).ok());
  Store& again = Open({.revisions_max = 2});
  EXPECT_EQ(again.LoadConfig()->revision, 2);
  EXPECT_EQ(Loaded(again), "Cdn/c@1=l Node/a@2=y");
  EXPECT_EQ(Print(again.ConfigAt(1).value()), "Cdn/c@1=l Node/a@1=x");
  EXPECT_EQ(Streams(again), "s=1");
  EXPECT_EQ(Text(again.Commit(Put({MakeNode("a", "z")}), 2)), "3");
  EXPECT_EQ(again.ListRevisions(10)->size(), 2u);
}

}  // namespace
}  // namespace nearcast::store
