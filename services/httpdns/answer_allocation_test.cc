// Counts every operator new of this process: a query in the plain dialects must not add one, from the
// bytes of its head to the bytes of its answer.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/snapshot_holder.h"
#include "ipdb/name_table.h"
#include "services/http/request_head.h"
#include "services/http/response.h"
#include "services/http/router.h"
#include "services/httpdns/httpdns.h"
#include "services/httpdns/test_snapshot.h"

namespace {
std::atomic<int> allocations{0};

void* Allocate(size_t bytes) {
  ++allocations;
  void* const memory = std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
}  // namespace

void* operator new(size_t bytes) { return Allocate(bytes); }
void* operator new[](size_t bytes) { return Allocate(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

namespace nearcast::httpdns {
namespace {

class AnswerAllocationTest : public ::testing::Test {
 protected:
  AnswerAllocationTest() { httpdns_.Register(&router_); }

  // As a session does it.
  int Answer(absl::string_view head) {
    http::RequestFraming framing;
    if (http::ParseRequestHead(head, &request_, &framing)) return 400;
    request_.client = ipdb::IpAddress::FromV4(0x0ed7b127);
    const http::RouteMatch match = router_.Find(request_.method, request_.path);
    request_.wildcard = match.wildcard;
    response_.Clear();
    match.endpoint->now(request_, response_);
    out_.clear();
    http::AppendResponse(response_, {.date = "Sun, 06 Nov 1994 08:49:37 GMT"}, &out_);
    return response_.status;
  }

  SnapshotHolder<scheduler::Snapshot> holder_{MakeTestSnapshot(1)};
  ipdb::NameTable names_;
  Httpdns httpdns_{&holder_, &names_, {}};
  http::Router router_;
  http::Request request_;
  http::Response response_;
  std::string out_;
};

TEST_F(AnswerAllocationTest, PlainDialectsAnswerWithoutAllocating) {
  for (const absl::string_view target :
       {"/d?host=pull.live.example&ip=14.215.177.39", "/139450/d?host=pull.live.example&query=4,6",
        "/resolve?host=pull.live.example,v4.live.example&ip=2001:db8::39&query=6",
        "/d?dn=pull.live.example&ip=14.215.177.39&ttl=1&clientip=1",
        "/d?dn=PULL.live.example.,v4.live.example&type=addrs&query=1",
        "/d?host=a.name.that.is.long.and.not.ours.example",
        "/v2/d?id=100&m=0&dn=pull.live.example,v4.live.example&q=4,6&cip=14.215.177.39",
        "/139450/d?host=pull.live.example&sdns-stream=a-rather-long-stream-name-1"}) {
    const std::string head =
        absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: h\r\nUser-Agent: an SDK\r\n\r\n");
    // What is built once, at the first use, does not count.
    ASSERT_EQ(Answer(head), 200) << target << "\n" << out_;
    const int before = allocations;
    for (int i = 0; i < 10; ++i) Answer(head);
    EXPECT_EQ(allocations, before) << target;
  }
}

}  // namespace
}  // namespace nearcast::httpdns
