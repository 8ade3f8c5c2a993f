#include "services/sync/config_follower.h"

#include <thread>

#include "base/fake_clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/store/memory_store.h"
#include "services/sync/compile_config.h"

namespace nearcast {
namespace {

using resource::ResourceKey;

v1::Resource Cdn(const std::string& name, v1::Cdn::Kind kind = v1::Cdn::OWN) {
  v1::Resource resource;
  resource.set_name(name);
  resource.mutable_cdn()->set_kind(kind);
  resource.mutable_cdn()->set_addressing(v1::Cdn::NODE_ADDRESS);
  return resource;
}

v1::Resource Node(const std::string& name, const std::string& cdn = "own") {
  v1::Resource resource;
  resource.set_name(name);
  resource.mutable_node()->set_cdn(cdn);
  resource.mutable_node()->mutable_location()->set_country("CN");
  resource.mutable_node()->add_addresses("192.0.2.1");
  return resource;
}

store::Edit Put(std::vector<v1::Resource> resources) {
  store::Edit edit;
  edit.author = "ann";
  edit.puts = std::move(resources);
  return edit;
}

// A store in which somebody commits while it is being loaded.
class BusyStore : public store::MemoryStore {
 public:
  ~BusyStore() override {
    if (committer_.joinable()) committer_.join();
  }

  absl::StatusOr<store::Config> LoadConfig() override {
    auto config = MemoryStore::LoadConfig();
    committer_ = std::thread([this] { EXPECT_TRUE(Commit(Put({Node("late")}), 0).ok()); });
    while (counters().commits_made < 2) std::this_thread::yield();
    return config;
  }

  void Join() { committer_.join(); }

 private:
  std::thread committer_;
};

class ConfigFollowerTest : public ::testing::Test {
 protected:
  std::shared_ptr<const scheduler::Snapshot> Published() { return publisher_.holder()->Current(); }
  bool HasNode(const char* name) { return Published()->FindNode(name).has_value(); }

  FakeClock clock_{absl::UnixEpoch()};
  store::MemoryStore store_;
  Publisher publisher_{&clock_, std::make_shared<const ipdb::PrefixTable>(), {}};
};

TEST_F(ConfigFollowerTest, PublishesWhatTheStoreHadAndWhatItGets) {
  ASSERT_TRUE(store_.Commit(Put({Cdn("own"), Node("a")}), 0).ok());
  ConfigFollower follower(&store_, &publisher_);
  EXPECT_EQ(follower.Current().revision, 0);
  ASSERT_TRUE(follower.Start().ok());
  EXPECT_EQ(Published()->revision, 1);
  EXPECT_TRUE(HasNode("a"));

  ASSERT_TRUE(store_.Commit(Put({Node("b")}), 0).ok());
  EXPECT_EQ(Published()->revision, 2) << "live when Commit returns";
  EXPECT_TRUE(HasNode("b"));
  store::Edit removal;
  removal.deletes = {ResourceKey{"Node", "a"}};
  ASSERT_TRUE(store_.Commit(removal, 0).ok());
  EXPECT_FALSE(HasNode("a"));
  EXPECT_EQ(follower.Current().revision, 3);
  EXPECT_EQ(follower.Current().resources->size(), 2u);
  EXPECT_EQ(follower.refused(), 0u);
}

TEST_F(ConfigFollowerTest, RefusedRevisionLeavesTheLastGoodOne) {
  ConfigFollower follower(&store_, &publisher_);
  ASSERT_TRUE(follower.Start().ok());
  ASSERT_TRUE(store_.Commit(Put({Cdn("own"), Node("a")}), 0).ok());
  ASSERT_TRUE(store_.Commit(Put({Node("b", "unknown"), Node("c")}), 0).ok());
  EXPECT_EQ(follower.refused(), 1u);
  EXPECT_EQ(Published()->revision, 1);
  EXPECT_FALSE(HasNode("c"));
  EXPECT_EQ(follower.Current().revision, 1);
}

TEST_F(ConfigFollowerTest, RevisionAfterARefusedOneBringsAllOfBoth) {
  ConfigFollower follower(&store_, &publisher_);
  ASSERT_TRUE(follower.Start().ok());
  ASSERT_TRUE(store_.Commit(Put({Cdn("own"), Node("a")}), 0).ok());
  ASSERT_TRUE(store_.Commit(Put({Node("b", "unknown"), Node("c")}), 0).ok());
  ASSERT_TRUE(store_.Commit(Put({Node("b")}), 0).ok());
  EXPECT_EQ(Published()->revision, 3);
  EXPECT_TRUE(HasNode("b"));
  EXPECT_TRUE(HasNode("c"));
  EXPECT_EQ(follower.Current().resources->size(), store_.LoadConfig()->resources.size());
}

TEST_F(ConfigFollowerTest, StartGoesBackToTheNewestRevisionThatCanBeCompiled) {
  ASSERT_TRUE(store_.Commit(Put({Cdn("own"), Node("a")}), 0).ok());
  ASSERT_TRUE(store_.Commit(Put({Node("b")}), 0).ok());
  ASSERT_TRUE(store_.Commit(Put({Node("c", "unknown")}), 0).ok());
  ASSERT_TRUE(store_.Commit(Put({Node("d", "unknown")}), 0).ok());
  ConfigFollower follower(&store_, &publisher_);
  ASSERT_TRUE(follower.Start().ok());
  EXPECT_EQ(Published()->revision, 2);
  EXPECT_TRUE(HasNode("b"));
  EXPECT_EQ(follower.Current().revision, 2);
  EXPECT_EQ(follower.Newest().revision, 4);
  EXPECT_EQ(follower.refused(), 1u);
  EXPECT_THAT(std::string(follower.Refusal().message()),
              ::testing::HasSubstr("the store's revision 4 cannot be used by this version of "
                                   "nearcastd, revision 2 stays live"));
  ASSERT_TRUE(store_.Commit(Put({Node("c"), Node("d")}), 4).ok());
  EXPECT_EQ(Published()->revision, 5);
  EXPECT_TRUE(HasNode("d"));
  EXPECT_TRUE(follower.Refusal().ok());
}

TEST_F(ConfigFollowerTest, MissesNoRevisionThatIsCommittedWhileItStarts) {
  BusyStore busy;
  ASSERT_TRUE(busy.Commit(Put({Cdn("own"), Node("a")}), 0).ok());
  ConfigFollower follower(&busy, &publisher_);
  ASSERT_TRUE(follower.Start().ok());
  busy.Join();
  EXPECT_EQ(Published()->revision, 2);
  EXPECT_TRUE(HasNode("a"));
  EXPECT_TRUE(HasNode("late"));
}

TEST_F(ConfigFollowerTest, StoreThatCannotBeCompiledFailsTheStart) {
  ASSERT_TRUE(store_.Commit(Put({Node("a", "unknown")}), 0).ok());
  ConfigFollower follower(&store_, &publisher_);
  const absl::Status status = follower.Start();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("Node/a: spec.cdn: names Cdn"));
  EXPECT_EQ(Published()->revision, 0);
}

TEST(CompileConfigTest, TellsEveryProblemOnALineOfItsOwn) {
  v1::Resource port = Node("b");
  port.mutable_node()->set_http_port(70000);
  const auto config = CompileConfig({Node("a"), port}, 5);
  EXPECT_EQ(config.status().message(),
            "Node/b: spec.http_port: is no port: 70000; 1 to 65535\n"
            "Node/a: spec.cdn: names Cdn \"own\", which does not exist; there is no Cdn yet\n"
            "Node/b: spec.cdn: names Cdn \"own\", which does not exist; there is no Cdn yet");
  EXPECT_EQ(CompileConfig({Cdn("own"), Node("a")}, 5)->revision, 5);
}

}  // namespace
}  // namespace nearcast
