// million_streams N: N live streams through the very calls that services make, over a store on disk;
// then a process that starts anew on that store. Prints what a call, the reload, a stream in memory
// and the regular work cost.
//
// Two processes, one after the other, so that the second one's memory is what a restart leaves.
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/check.h"
#include "base/clock.h"
#include "schedulerlib/testing/given.h"
#include "services/scheduler/stream_lifecycle.h"
#include "services/scheduler/stream_scheduler.h"
#include "services/store/open_store.h"

namespace nearcast {
namespace {

using scheduler::Given;
using scheduler::Snapshot;

std::shared_ptr<const Snapshot> World() {
  return Given()
      .Own("own")
      .Node("guangzhou-telecom-1", "CN/440000/440100/chinatelecom")
      .Vendor("vendor-a")
      .Point("show", {"own", "vendor-a"})
      .Ratio("default", {{"own", 70}, {"vendor-a", 30}})
      .Snapshot();
}

double HeapBytes() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

double ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

// Seconds of this thread: what other programs do meanwhile does not count.
double ThreadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct Cost {
  double wall_s;
  double thread_s;
};

Cost Measure(const std::function<void()>& work) {
  const absl::Time began = absl::Now();
  const double thread = ThreadSeconds();
  work();
  return {absl::ToDoubleSeconds(absl::Now() - began), ThreadSeconds() - thread};
}

void Print(const char* what, const Cost& cost) {
  std::printf("%-42s %9.3f s, %9.3f s of a core\n", what, cost.wall_s, cost.thread_s);
}

struct Service {
  explicit Service(const std::string& directory)
      : store(store::OpenStore("rocksdb:" + directory).value()) {}

  std::unique_ptr<store::Store> store;
  SnapshotHolder<Snapshot> snapshots{World()};
  StreamTable streams{store.get()};
  StreamScheduler scheduler{Clock::System(), &snapshots, &streams};
  StreamLifecycle lifecycle{Clock::System(), &snapshots, &streams};
};

void Create(const std::string& directory, int64_t count) {
  Service service(directory);
  const Cost cost = Measure([&] {
    v1::CreateStreamRequest create;
    create.set_publish_point("show");
    create.mutable_broadcaster()->set_address("192.0.2.200");
    v1::UpdateStreamStateRequest update;
    update.set_state(v1::Stream::PUBLISHING);
    for (int64_t i = 0; i < count; ++i) {
      create.set_request_id(absl::StrCat("5f0c1e9a-", absl::Hex(i, absl::kZeroPad12)));
      const auto stream = service.scheduler.CreateStream(create);
      NC_CHECK(stream.ok());
      update.set_stream(stream->name());
      NC_CHECK(service.scheduler.UpdateStreamState(update).ok());
    }
  });
  Print("CreateStream and UpdateStreamState of all", cost);
  std::fflush(stdout);
  _exit(0);  // as kill -9 leaves it
}

void ReportRegularWork(Service& service) {
  Print("what is due is looked for", Measure([&] {
          service.lifecycle.ChangeDue();
          service.streams.ForgetEndedBefore(absl::InfinitePast());
        }));
  v1::ListStreamsRequest list;
  Print("ListStreams, a page of 100",
        Measure([&] { NC_CHECK(service.scheduler.ListStreams(list).ok()); }));
}

void Restart(const std::string& directory, int64_t count) {
  std::unique_ptr<Service> service;
  const Cost opening = Measure([&] { service = std::make_unique<Service>(directory); });
  const double heap = HeapBytes();
  const double resident = ResidentBytes();
  const Cost loading = Measure([&] { NC_CHECK(service->streams.Load().ok()); });
  NC_CHECK(service->streams.size() == static_cast<size_t>(count));
  Print("restart: the store opens", opening);
  Print("restart: the streams are loaded", loading);
  std::printf("%-42s %5.0f bytes of heap, %.0f resident\n", "a stream",
              (HeapBytes() - heap) / count, (ResidentBytes() - resident) / count);
  ReportRegularWork(*service);
  std::fflush(stdout);
  _exit(0);
}

void InAProcess(const std::function<void()>& work) {
  const pid_t child = fork();
  if (child == 0) work();
  int status = 0;
  NC_CHECK(waitpid(child, &status, 0) == child && status == 0);
}

void Run(int64_t count) {
  char name[] = "/tmp/nearcast_streams_XXXXXX";
  NC_CHECK(mkdtemp(name) != nullptr);
  InAProcess([&] { Create(name, count); });
  InAProcess([&] { Restart(name, count); });
  std::filesystem::remove_all(name);
}

}  // namespace
}  // namespace nearcast

int main(int argc, char** argv) {
  int64_t count = 1'000'000;
  if (argc > 1) NC_CHECK(absl::SimpleAtoi(argv[1], &count));
  nearcast::Run(count);
}
