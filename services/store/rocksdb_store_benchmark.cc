// commit_one: a resource of a hundred, made durable.  put_stream: one live stream.  load_streams: a
// start with N of them.
#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "benchmark/benchmark.h"
#include "services/store/rocksdb_store.h"

namespace nearcast::store {
namespace {

// An empty directory that goes when the benchmark ends.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    char name[] = "/tmp/nearcast_store_XXXXXX";
    NC_CHECK(mkdtemp(name) != nullptr);
    path_ = name;
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

v1::StoredStream MakeStream(int64_t i) {
  v1::StoredStream stored;
  v1::Stream* stream = stored.mutable_stream();
  stream->set_name(absl::StrCat("stream-", i));
  stream->set_publish_point("show");
  stream->set_state(v1::Stream::PUBLISHING);
  v1::Stream::PushLine* line = stream->add_push_lines();
  line->set_line("main");
  line->set_cdn("own");
  line->set_node("guangzhou-telecom-1");
  line->set_url(absl::StrCat("rtmp://192.0.2.11:1935/live/stream-", i));
  stored.set_request_id(absl::StrCat("request-", i));
  return stored;
}

void commit_one(benchmark::State& state) {
  const ScratchDirectory directory;
  const auto store = RocksdbStore::Open(directory.path()).value();
  int64_t i = 0;
  for (auto _ : state) {
    v1::Resource node;
    node.set_name(absl::StrCat("node-", i % 100));
    node.mutable_node()->set_cdn(absl::StrCat(i++));
    NC_CHECK(store->Commit({.author = "bench", .puts = {node}}, 0).ok());
  }
}
BENCHMARK(commit_one)->Unit(benchmark::kMicrosecond);

void put_stream(benchmark::State& state) {
  const ScratchDirectory directory;
  const auto store = RocksdbStore::Open(directory.path()).value();
  int64_t i = 0;
  for (auto _ : state) NC_CHECK(store->PutStream(MakeStream(i++)).ok());
}
BENCHMARK(put_stream)->Unit(benchmark::kMicrosecond);

void load_streams(benchmark::State& state) {
  const ScratchDirectory directory;
  {
    const auto store = RocksdbStore::Open(directory.path()).value();
    for (int64_t i = 0; i < state.range(0); ++i) NC_CHECK(store->PutStream(MakeStream(i)).ok());
  }
  for (auto _ : state) {
    const auto store = RocksdbStore::Open(directory.path()).value();
    int64_t streams = 0;
    NC_CHECK(store->ForEachStream([&](const v1::StoredStream&) { ++streams; }).ok());
    NC_CHECK(streams == state.range(0));
  }
}
BENCHMARK(load_streams)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nearcast::store
