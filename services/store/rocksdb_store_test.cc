#include "services/store/rocksdb_store.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "rocksdb/db.h"
#include "services/store/open_store.h"
#include "services/store/store_contract.h"

namespace nearcast::store {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<Store> OpenRocksdb(const std::string& directory, const StoreOptions& options) {
  auto store = RocksdbStore::Open(directory, options);
  if (!store.ok()) ADD_FAILURE() << store.status();
  NC_CHECK(store.ok());
  return *std::move(store);
}

INSTANTIATE_TEST_SUITE_P(Rocksdb, StoreContract,
                         testing::Values(StoreUnderTest{"rocksdb", OpenRocksdb,
                                                        Durability::kReopens}));

class RocksdbDirectory : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = absl::StrCat(testing::TempDir(), "/rocksdb_",
                              testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  // What opening the directory says, with its name as DIR.
  std::string OpenError() {
    const absl::Status status = RocksdbStore::Open(directory_).status();
    std::string text = status.ToString();
    for (size_t at; (at = text.find(directory_)) != std::string::npos;) {
      text.replace(at, directory_.size(), "DIR");
    }
    return text;
  }

  void MakeStore() {
    auto store = RocksdbStore::Open(directory_);
    ASSERT_TRUE(store.ok()) << store.status();
    ASSERT_TRUE((*store)->Commit({.author = "a", .puts = {MakeNode("n", "x")}}, 0).ok());
  }

  void Overwrite(const std::string& prefix, const std::string& bytes) {
    for (const auto& entry : fs::directory_iterator(directory_)) {
      if (!entry.path().filename().string().starts_with(prefix)) continue;
      std::ofstream(entry.path(), std::ios::binary | std::ios::trunc) << bytes;
    }
  }

  std::string directory_;
};

TEST_F(RocksdbDirectory, IsMadeWithItsParents) {
  directory_ += "/deep/er";
  MakeStore();
  EXPECT_EQ(OpenError(), "OK");
}

TEST_F(RocksdbDirectory, IsRefusedWhileAnotherHasItOpen) {
  const auto store = RocksdbStore::Open(directory_);
  ASSERT_TRUE(store.ok());
  EXPECT_EQ(OpenError(),
            "FAILED_PRECONDITION: store DIR: another process has it open; stop that one, or name "
            "another directory");
}

TEST_F(RocksdbDirectory, IsRefusedWhenItHoldsOtherFiles) {
  fs::create_directories(directory_);
  std::ofstream(directory_ + "/letter.txt") << "dear";
  EXPECT_EQ(OpenError(),
            "FAILED_PRECONDITION: store DIR: has files, but no complete store (no CURRENT) among "
            "them; name an empty or a new directory");
}

TEST_F(RocksdbDirectory, IsRefusedWhenItIsAFile) {
  std::ofstream(directory_) << "x";
  EXPECT_EQ(OpenError(),
            "FAILED_PRECONDITION: store DIR: is not a directory; name an empty or a new directory");
}

TEST_F(RocksdbDirectory, IsRefusedWhenItIsAnotherProgramsDatabase) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, directory_, &db).ok());
  ASSERT_TRUE(db->Put({}, "k", "v").ok());
  delete db;
  EXPECT_EQ(OpenError(),
            "FAILED_PRECONDITION: store DIR: is the RocksDB database of another program; name an "
            "empty or a new directory");
  fs::remove_all(directory_);
  ASSERT_TRUE(rocksdb::DB::Open(options, directory_, &db).ok());
  rocksdb::ColumnFamilyHandle* users = nullptr;
  ASSERT_TRUE(db->CreateColumnFamily({}, "users", &users).ok());
  db->DestroyColumnFamilyHandle(users);
  delete db;
  EXPECT_EQ(OpenError(),
            "FAILED_PRECONDITION: store DIR: is the RocksDB database of another program (it has a "
            "column family \"users\"); name an empty or a new directory");
}

TEST_F(RocksdbDirectory, IsRefusedWhenAnotherSchemaWroteIt) {
  MakeStore();
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const char* name : {"default", "meta", "config", "revisions", "streams"}) {
    families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, directory_, families, &handles, &db).ok());
  ASSERT_TRUE(db->Put({}, handles[1], "schema_version", "99").ok());
  for (rocksdb::ColumnFamilyHandle* handle : handles) db->DestroyColumnFamilyHandle(handle);
  delete db;
  EXPECT_EQ(
      OpenError(),
      "FAILED_PRECONDITION: store DIR: has schema version \"99\", and this program 1; use the "
      "program that wrote it");
}

TEST_F(RocksdbDirectory, SaysSoWhenItIsDamaged) {
  MakeStore();
  Overwrite("MANIFEST", "garbage that is no manifest at all");
  const std::string error = OpenError();
  EXPECT_TRUE(error.starts_with("DATA_LOSS: store DIR: is damaged: ")) << error;
  EXPECT_TRUE(error.ends_with("restore a copy, or move it away and apply the YAML files again"))
      << error;
  Overwrite("CURRENT", "MANIFEST-999999\n");
  EXPECT_TRUE(OpenError().starts_with("DATA_LOSS: store DIR: ")) << OpenError();
}

TEST_F(RocksdbDirectory, AStreamThatCannotBeReadIsNamed) {
  MakeStore();
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const char* name : {"default", "meta", "config", "revisions", "streams"}) {
    families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, directory_, families, &handles, &db).ok());
  ASSERT_TRUE(db->Put({}, handles[4], "stream-1", "\xff\xff").ok());
  for (rocksdb::ColumnFamilyHandle* handle : handles) db->DestroyColumnFamilyHandle(handle);
  delete db;
  const auto store = RocksdbStore::Open(directory_);
  ASSERT_TRUE(store.ok());
  EXPECT_EQ((*store)->ForEachStream([](const v1::StoredStream&) {}).ToString(),
            "DATA_LOSS: stored entry \"stream-1\" cannot be read; restore a copy of the store");
}

TEST_F(RocksdbDirectory, IsNamedByAFlag) {
  EXPECT_TRUE(OpenStore("rocksdb:" + directory_).ok());
  EXPECT_TRUE(OpenStore("memory").ok());
  for (const char* wrong : {"", "rocksdb:", "rocksdb", "etcd:localhost:2379", "Memory"}) {
    EXPECT_EQ(OpenStore(wrong).status().message(),
              absl::StrCat("unknown store \"", wrong, "\"; write rocksdb:DIR or memory"));
  }
}

}  // namespace
}  // namespace nearcast::store
