#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/loopback.h"
#include "dataplane/egress/worker.h"
#include "dataplane/pull/pull_desk.h"
#include "dataplane/stream/hub.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "spdlog/sinks/ostream_sink.h"
#include "spdlog/spdlog.h"

namespace nearcast::pull {
namespace {

using Nodes = std::vector<std::string>;

// Answers every request with the same bytes and closes.
class CannedServer {
 public:
  explicit CannedServer(std::string answer) : answer_(std::move(answer)) {
    url = absl::StrCat("http://127.0.0.1:", port_.number, "/live/a.flv");
    thread_ = std::thread([this] { Serve(); });
  }
  ~CannedServer() {
    ::shutdown(port_.fd(), SHUT_RDWR);
    thread_.join();
  }

  // The first line of the first request.
  std::string AwaitRequest() {
    absl::MutexLock lock(&mutex_);
    const auto asked = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !asked_.empty(); };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&asked), absl::Seconds(20)));
    return asked_.substr(0, asked_.find('\r'));
  }

  std::string url;

 private:
  void Serve() {
    for (int peer; (peer = ::accept(port_.fd(), nullptr, nullptr)) >= 0; ::close(peer)) {
      char request[2048];
      const ssize_t size = ::recv(peer, request, sizeof request, 0);
      if (size <= 0) continue;
      Note(absl::string_view(request, static_cast<size_t>(size)));
      (void)::send(peer, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    }
  }

  void Note(absl::string_view request) {
    absl::MutexLock lock(&mutex_);
    if (asked_.empty()) asked_ = std::string(request);
  }

  const std::string answer_;
  const LoopbackPort port_;
  absl::Mutex mutex_;
  std::string asked_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

const char kNotFound[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
const char kBroken[] = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n";

// One audio frame, and the end.
std::string Sound() {
  return absl::StrCat(absl::string_view("HTTP/1.1 200 OK\r\n\r\nFLV\1\4\0\0\0\x09\0\0\0\0", 32),
                      absl::string_view("\x08\0\0\3\0\0\0\0\0\0\0\xAF\1\x21\0\0\0\x0E", 18));
}

// Knows sources by node, answers with those that are not excluded, notes what it was asked.
class NotingFinder : public SourceFinder {
 public:
  void Find(const SourceQuestion& question, Done done) override {
    Sources answer;
    {
      absl::MutexLock lock(&mutex_);
      questions_.push_back(question.exclude_nodes);
      for (const Source& source : sources) {
        if (!absl::c_linear_search(question.exclude_nodes, source.node)) answer.push_back(source);
      }
    }
    if (answer.empty()) {
      done(absl::NotFoundError("nobody"));
    } else {
      done(std::move(answer));
    }
  }

  std::vector<Nodes> AwaitQuestions(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [this, count]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return questions_.size() >= count;
    };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20)));
    return questions_;
  }

  Sources sources;

 private:
  absl::Mutex mutex_;
  std::vector<Nodes> questions_;
};

class PullTest : public testing::Test, public stream::StreamListener {
 protected:
  ~PullTest() override {
    worker_.Stop();
    stream_->RemoveListener(this);
  }

  void Fetch(Sources sources) {
    finder_.sources = std::move(sources);
    stream_->AddViewers(1);
    stream_->AddListener(std::shared_ptr<stream::StreamListener>(this, [](void*) {}));
    worker_.Start();
    desk_.Fetch(stream_, {});
  }

  void OnFrames() override {
    worker_.Post([this] { Look(); });
  }

  bool AwaitEnd() {
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&ended_), absl::Seconds(20));
  }

  void Look() {
    absl::MutexLock lock(&mutex_);
    ended_ = stream_->state() == stream::StreamState::kEnded;
  }

  // What the source is asked for when viewers with these wishes wait.
  std::string AskedFor(std::vector<int64_t> wishes_ms) {
    finder_.sources = {{"n1", sound_.url}};
    stream_->AddViewers(1);
    for (int64_t wish_ms : wishes_ms) desk_.Fetch(stream_, {.gop_cache_ms = wish_ms});
    worker_.Start();
    return sound_.AwaitRequest();
  }

  const CannedServer broken_{kBroken};
  const CannedServer without_{kNotFound};
  CannedServer sound_{Sound()};
  absl::Mutex mutex_;
  bool ended_ = false;
  NotingFinder finder_;
  stream::Hub hub_{stream::HubOptions{}};
  const std::shared_ptr<stream::Stream> stream_ = hub_.FindOrCreate("live/a", 0).value();
  egress::Worker worker_{egress::WriteLimits{}};
  PullDesk desk_{
      PullOptions{.node = "n0", .not_found_ms = 50, .retry_ms_min = 1, .retry_ms_max = 2},
      {&worker_},
      &hub_,
      &finder_};
};

TEST_F(PullTest, AsksForOthersThanThoseThatFailedAndForThemAgainWhenThereAreNone) {
  Fetch({{"n1", broken_.url}});
  const std::vector<Nodes> asked = finder_.AwaitQuestions(5);
  EXPECT_EQ((std::vector<Nodes>{asked.begin(), asked.begin() + 5}),
            (std::vector<Nodes>{{}, {"n1"}, {}, {"n1"}, {}}));
}

TEST_F(PullTest, ASourceThatSendsEndsTheExclusions) {
  Fetch({{"n1", broken_.url}, {"n2", sound_.url}});
  const std::vector<Nodes> asked = finder_.AwaitQuestions(2);
  EXPECT_EQ(asked[0], Nodes{});
  EXPECT_EQ(asked[1], Nodes{"n2"}) << "n1 failed before n2 sent something";
}

TEST_F(PullTest, WhenNobodyHasItTheStreamEnds) {
  Fetch({{"n1", without_.url}, {"n2", without_.url}});
  EXPECT_TRUE(AwaitEnd());
  EXPECT_EQ(finder_.AwaitQuestions(1).size(), 1u);
  EXPECT_EQ(desk_.counters().started, 2u);
  EXPECT_EQ(desk_.counters().failed, 0u);
}

TEST_F(PullTest, AnOrdinaryEndIsNoFailure) {
  Fetch({{"n1", sound_.url}});
  finder_.AwaitQuestions(3);
  EXPECT_GE(desk_.counters().started, 1u);
  EXPECT_EQ(desk_.counters().failed, 0u);
}

TEST_F(PullTest, TheFirstViewersWishIsPassedOn) {
  EXPECT_THAT(AskedFor({6000}), testing::HasSubstr("gop_cache_ms=6000&gop_cache_policy=lower"));
}

TEST_F(PullTest, TheGreatestWishOfThoseWhoWaitIsPassedOn) {
  EXPECT_THAT(AskedFor({3000, 7000, 0}), testing::HasSubstr("gop_cache_ms=7000&"));
}

TEST_F(PullTest, AWishIsPassedOnAsFarAsTheRingKeepsIt) {
  EXPECT_THAT(AskedFor({60'000}), testing::HasSubstr("gop_cache_ms=10000&"));
}

TEST_F(PullTest, AtLeastWhatTheNodeWantsIsAskedFor) {
  EXPECT_THAT(AskedFor({0}), testing::HasSubstr("gop_cache_ms=2000&"));
}

TEST_F(PullTest, ASourceThatFailedMayHaveItThoughTheOthersDoNot) {
  Fetch({{"n1", without_.url}, {"n2", broken_.url}});
  EXPECT_EQ(finder_.AwaitQuestions(2)[1], (Nodes{"n1", "n2"}));
  EXPECT_NE(stream_->state(), stream::StreamState::kEnded);
  EXPECT_GE(desk_.counters().failed, 1u);  // it goes on trying
}

TEST_F(PullTest, TenThousandRequestsForWhatNobodyHasAreFewLinesOfLog) {
  constexpr size_t kRequests = 10'000;
  std::ostringstream log;
  const auto usual = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log)));
  worker_.Start();
  stream::Hub many{stream::HubOptions{.streams_max = kRequests, .waiting_max = kRequests}};
  for (size_t i = 0; i < kRequests; ++i) {
    desk_.Fetch(many.FindOrCreate(absl::StrCat("live/none-", i), 0).value(), {});
  }
  finder_.AwaitQuestions(kRequests);
  worker_.Stop();
  spdlog::set_default_logger(usual);
  const std::string text = log.str();
  const auto lines = std::count(text.begin(), text.end(), '\n');
  EXPECT_GE(lines, 1);
  EXPECT_LE(lines, 500) << "ten, and ten more each ten seconds";
}

}  // namespace
}  // namespace nearcast::pull
