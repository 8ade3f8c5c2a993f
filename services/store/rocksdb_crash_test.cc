// A process that commits is killed in the middle: whatever it was told is done must be there
// afterwards.
//
// The child is this same program, started anew with --write-forever DIR: it commits and writes
// streams in turn and says each number over its standard output once the store has returned.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/store/rocksdb_store.h"

namespace nearcast::store {
namespace {

std::string StreamName(int64_t number) { return absl::StrCat("stream-", number); }

int WriteForever(const std::string& directory) {
  auto store = RocksdbStore::Open(directory);
  if (!store.ok()) return 1;
  for (int64_t number = (*store)->LoadConfig()->revision + 1;; ++number) {
    v1::Resource node;
    node.set_name(absl::StrCat("n", number % 5));
    node.mutable_node()->set_cdn(absl::StrCat(number));
    v1::StoredStream stream;
    stream.mutable_stream()->set_name(StreamName(number));
    if (!(*store)->PutStream(stream).ok()) return 1;
    const absl::StatusOr<int64_t> revision =
        (*store)->Commit({.author = "child", .puts = {node}}, 0);
    if (!revision.ok() || *revision != number) return 1;
    dprintf(STDOUT_FILENO, "%ld\n", static_cast<long>(number));
  }
}

struct Child {
  pid_t pid = 0;
  FILE* said = nullptr;
};

Child StartChild(const std::string& directory) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execl("/proc/self/exe", "child", "--write-forever", directory.c_str(), nullptr);
    _exit(127);
  }
  close(ends[1]);
  return {.pid = pid, .said = fdopen(ends[0], "r")};
}

// Reads what the child says until `lines_max` lines are there, then kills it and reads what was
// still on its way.
int64_t KillAfter(const Child& child, int lines_max) {
  int64_t last = 0;
  char line[64];
  for (int lines = 0; fgets(line, sizeof(line), child.said) != nullptr; ++lines) {
    EXPECT_TRUE(absl::SimpleAtoi(line, &last)) << line;
    if (lines + 1 == lines_max) kill(child.pid, SIGKILL);
  }
  fclose(child.said);
  int status = 0;
  waitpid(child.pid, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  return last;
}

void ExpectAllThere(RocksdbStore& store, int64_t acknowledged) {
  const Config config = store.LoadConfig().value();
  // The one that was being written may be there or not.
  EXPECT_GE(config.revision, acknowledged);
  EXPECT_LE(config.revision, acknowledged + 1);
  for (int64_t revision = config.revision; revision > 0; --revision) {
    int64_t newest = 0;
    const Config then = store.ConfigAt(revision).value();
    for (const v1::Resource& resource : then.resources) {
      newest = std::max(newest, resource.revision());
    }
    ASSERT_EQ(newest, revision);
  }
  int64_t streams = 0;
  ASSERT_TRUE(store.ForEachStream([&](const v1::StoredStream&) { ++streams; }).ok());
  EXPECT_GE(streams, acknowledged);
}

TEST(RocksdbCrash, WhatWasAcknowledgedSurvivesKillNine) {
  const std::string directory = absl::StrCat(testing::TempDir(), "/rocksdb_crash");
  std::filesystem::remove_all(directory);
  std::mt19937_64 random(9);
  for (int round = 0; round < 5; ++round) {
    const Child child = StartChild(directory);
    ASSERT_GT(child.pid, 0);
    const int64_t acknowledged = KillAfter(child, 1 + static_cast<int>(random() % 30));
    ASSERT_GT(acknowledged, 0);
    const auto store = RocksdbStore::Open(directory);
    ASSERT_TRUE(store.ok()) << store.status();
    ExpectAllThere(**store, acknowledged);
  }
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace nearcast::store

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "--write-forever") == 0) {
    return nearcast::store::WriteForever(argv[2]);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
