#include "dataplane/stream/hub.h"

#include <atomic>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dataplane/stream/frame_builder.h"
#include "gtest/gtest.h"

namespace nearcast::stream {
namespace {

using PublicationPtr = std::unique_ptr<Publication>;

class CountingListener : public StreamListener {
 public:
  void OnFrames() override { news.fetch_add(1); }
  std::atomic<int> news{0};
};

class HubTest : public testing::Test {
 protected:
  absl::StatusOr<PublicationPtr> Publish(const std::string& name, PublisherIdentity identity = {}) {
    return hub_.Publish(name, std::move(identity), now_ms_);
  }

  absl::Status Push(Publication* publication, uint32_t timestamp,
                    FrameRole role = FrameRole::kVideoKey) {
    return publication->Push(role, timestamp, "frame", now_ms_);
  }

  FrameRing Cached(const Stream& stream) {
    FrameRing replica(stream.bounds());
    stream.SyncReplica(&replica);
    return replica;
  }

  int64_t now_ms_ = 1'000'000;
  Hub hub_{HubOptions{.streams_max = 3, .waiting_max = 2}};
};

TEST_F(HubTest, RefusesASecondPublisher) {
  PublicationPtr first = Publish("live/a", {.address = "10.0.0.1:5"}).value();
  const absl::StatusOr<PublicationPtr> second = Publish("live/a");
  EXPECT_EQ(second.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_NE(second.status().message().find("10.0.0.1:5"), absl::string_view::npos);
  EXPECT_TRUE(Push(first.get(), 0).ok());
}

TEST_F(HubTest, LetsASecondPublisherInAfterSilence) {
  PublicationPtr first = Publish("live/a").value();
  now_ms_ += 3000;
  PublicationPtr second = Publish("live/a").value();
  EXPECT_EQ(Push(first.get(), 0).code(), absl::StatusCode::kAborted);
  EXPECT_TRUE(Push(second.get(), 0).ok());
  first.reset();
  EXPECT_EQ(second->stream()->state(), StreamState::kLive);
}

TEST_F(HubTest, LetsTheSameTokenInAtOnceButNotAnEmptyOne) {
  PublicationPtr first = Publish("live/a", {.token = "t"}).value();
  EXPECT_FALSE(Publish("live/a").ok());
  EXPECT_FALSE(Publish("live/a", {.token = "u"}).ok());
  EXPECT_TRUE(Publish("live/a", {.token = "t"}).ok());
}

TEST_F(HubTest, APushReplacesAPullButNotTheOtherWay) {
  PublicationPtr pull = Publish("live/a", {.kind = PublisherKind::kPull}).value();
  PublicationPtr push = Publish("live/a", {.kind = PublisherKind::kPush}).value();
  EXPECT_FALSE(Publish("live/a", {.kind = PublisherKind::kPull}).ok());
}

TEST_F(HubTest, ALostPublisherComesBackAndStreamTimeGoesOn) {
  PublicationPtr first = Publish("live/a").value();
  ASSERT_TRUE(Push(first.get(), 500).ok());
  first.reset();
  EXPECT_EQ(hub_.Find("live/a")->state(), StreamState::kInterrupted);
  now_ms_ += 4000;
  EXPECT_TRUE(hub_.Sweep(now_ms_).ended.empty());
  PublicationPtr second = Publish("live/a").value();
  ASSERT_TRUE(Push(second.get(), 0).ok());
  const FrameRing cached = Cached(*second->stream());
  EXPECT_EQ(cached.at(1).dts_ms(), 4500);
}

TEST_F(HubTest, ALostPublisherThatStaysAwayEndsTheStream) {
  Publish("live/a").value().reset();
  const std::shared_ptr<Stream> stream = hub_.Find("live/a");
  auto listener = std::make_shared<CountingListener>();
  stream->AddListener(listener);
  now_ms_ += 10'000;
  EXPECT_EQ(hub_.Sweep(now_ms_).ended, std::vector<std::string>{"live/a"});
  EXPECT_EQ(stream->state(), StreamState::kEnded);
  EXPECT_EQ(listener->news, 1);
  EXPECT_EQ(hub_.Sweep(now_ms_).forgotten.size(), 1u);
  EXPECT_EQ(hub_.Find("live/a"), nullptr);
}

TEST_F(HubTest, APublisherThatComesBackDuringASweepStays) {
  constexpr int kStreams = 5'000;
  Hub hub(HubOptions{});
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < kStreams; ++i) {
      hub.Publish(absl::StrCat("live/", i), {}, now_ms_).value().reset();
    }
    now_ms_ += 10'000;
    std::thread sweeper([&] { hub.Sweep(now_ms_); });
    std::vector<PublicationPtr> back;
    for (const std::shared_ptr<Stream>& stream : hub.List()) {
      back.push_back(hub.Publish(stream->name(), {}, now_ms_).value());
    }
    sweeper.join();
    for (const PublicationPtr& publication : back) {
      ASSERT_TRUE(Push(publication.get(), 0).ok()) << publication->stream()->name();
      ASSERT_EQ(hub.Find(publication->stream()->name()), publication->stream());
    }
  }
}

TEST_F(HubTest, EndingOnPurposeEndsAtOnceAndTheNameIsFree) {
  PublicationPtr first = Publish("live/a").value();
  const std::shared_ptr<Stream> old = first->stream();
  first->Finish(EndReason::kOnPurpose, now_ms_);
  EXPECT_EQ(old->state(), StreamState::kEnded);
  PublicationPtr second = Publish("live/a").value();
  EXPECT_NE(second->stream(), old);
}

TEST_F(HubTest, ASilentPublisherIsTakenForLost) {
  PublicationPtr first = Publish("live/a").value();
  now_ms_ += 30'000;
  hub_.Sweep(now_ms_);
  EXPECT_EQ(Push(first.get(), 0).code(), absl::StatusCode::kAborted);
}

TEST_F(HubTest, AnOrderEndsAStreamAndItsPublisher) {
  PublicationPtr publication = Publish("live/a").value();
  EXPECT_TRUE(hub_.End("live/a").ok());
  EXPECT_EQ(Push(publication.get(), 0).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(hub_.End("live/none").code(), absl::StatusCode::kNotFound);
}

// Whoever comes first: a stream whose viewers have been told that it is over never goes on. A
// publisher that comes after the order has a stream of its own.
TEST_F(HubTest, AnOrderToEndIsNotUndoneByAPublisherThatComesAtThatMoment) {
  constexpr int kStreams = 20'000;
  Hub hub(HubOptions{.streams_max = kStreams});
  std::vector<std::shared_ptr<Stream>> old;
  for (int i = 0; i < kStreams; ++i) {
    hub.Publish(absl::StrCat("live/", i), {}, now_ms_).value().reset();
    old.push_back(hub.Find(absl::StrCat("live/", i)));
  }
  std::atomic<int> turn{0};  // both go from stream to stream together
  std::thread ender([&] {
    for (int i = 0; i < kStreams; ++i) {
      turn.fetch_add(1);
      while (turn.load() < 2 * i + 2) std::this_thread::yield();
      EXPECT_TRUE(hub.End(old[i]->name()).ok());
    }
  });
  int own = 0;
  std::vector<PublicationPtr> back;
  for (int i = 0; i < kStreams; ++i) {
    turn.fetch_add(1);
    while (turn.load() < 2 * i + 2) std::this_thread::yield();
    back.push_back(hub.Publish(old[i]->name(), {}, now_ms_).value());
  }
  ender.join();
  for (int i = 0; i < kStreams; ++i) {
    const bool is_new = back[i]->stream() != old[i];
    own += is_new ? 1 : 0;
    ASSERT_NE(old[i]->state(), StreamState::kLive) << i;
  }
  RecordProperty("publishers_after_the_order", own);
}

TEST_F(HubTest, StreamsThatAreWaitedForKeepNoPublisherOut) {
  std::vector<PublicationPtr> publications;
  EXPECT_TRUE(hub_.FindOrCreate("live/a", now_ms_).ok());
  EXPECT_TRUE(hub_.FindOrCreate("live/b", now_ms_).ok());
  EXPECT_EQ(hub_.FindOrCreate("live/c", now_ms_).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(hub_.waiting_refused(), 1u);
  for (const char* name : {"live/c", "live/d", "live/e"}) {
    publications.push_back(Publish(name).value());
  }
  EXPECT_TRUE(hub_.FindOrCreate("live/c", now_ms_).ok());
  EXPECT_EQ(Publish("live/f").status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Publish("live/a").status().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(HubTest, APlaceIsFreeAgainWhenItsStreamIsOver) {
  std::vector<PublicationPtr> publications;
  for (const char* name : {"live/a", "live/b", "live/c"}) {
    publications.push_back(Publish(name).value());
  }
  publications[0]->Finish(EndReason::kOnPurpose, now_ms_);
  EXPECT_TRUE(hub_.FindOrCreate("live/a", now_ms_).ok()) << "an ended one gives way";
  EXPECT_TRUE(hub_.FindOrCreate("live/d", now_ms_).ok());
  EXPECT_FALSE(hub_.FindOrCreate("live/e", now_ms_).ok());
  publications.push_back(Publish("live/a").value());
  EXPECT_TRUE(hub_.FindOrCreate("live/e", now_ms_).ok()) << "live/a is waited for no more";
  hub_.Sweep(now_ms_ += 10'000);
  EXPECT_TRUE(hub_.FindOrCreate("live/f", now_ms_).ok());
  EXPECT_TRUE(hub_.FindOrCreate("live/g", now_ms_).ok());
  EXPECT_FALSE(hub_.FindOrCreate("live/h", now_ms_).ok());
}

TEST_F(HubTest, AMillionNamesLeaveNothingBehind) {
  for (int i = 0; i < 1'000'000; ++i) {
    ASSERT_TRUE(hub_.FindOrCreate(absl::StrCat("live/", i), now_ms_).ok());
    if (i % 2 == 0) continue;
    now_ms_ += 10'000;
    hub_.Sweep(now_ms_);
  }
  EXPECT_TRUE(hub_.List().empty());
}

TEST_F(HubTest, AWatchedStreamIsNotForgotten) {
  const std::shared_ptr<Stream> stream = hub_.FindOrCreate("live/a", now_ms_).value();
  stream->AddViewers(1);
  for (int i = 0; i < 100; ++i) hub_.Sweep(now_ms_ += 1000);
  EXPECT_EQ(hub_.Find("live/a"), stream);
  stream->AddViewers(-1);
  hub_.Sweep(now_ms_ += 10'000);
  EXPECT_EQ(hub_.Find("live/a"), nullptr);
}

TEST_F(HubTest, AnOversizedFrameIsRefused) {
  PublicationPtr publication = Publish("live/a").value();
  const std::string huge(kFramePayloadBytesMax + 1, 'x');
  EXPECT_EQ(publication->Push(FrameRole::kVideoKey, 0, huge, now_ms_).code(),
            absl::StatusCode::kInvalidArgument);
}

class BudgetTest : public HubTest {
 protected:
  static constexpr size_t kBudget = 8u << 20;

  // 25 frames a second, each second a keyframe.
  void PushFrame(Publication* publication, size_t bytes) {
    const uint32_t frame = frames_[publication]++;
    const FrameRole role = frame % 25 == 0 ? FrameRole::kVideoKey : FrameRole::kVideoInter;
    ASSERT_TRUE(publication->Push(role, frame * 40, std::string(bytes, 'x'), now_ms_).ok());
  }

  void Live(Publication* publication, size_t frame_bytes, int seconds) {
    for (int frame = 0; frame < seconds * 25; ++frame) PushFrame(publication, frame_bytes);
  }

  std::map<Publication*, uint32_t> frames_;
  Hub small_{HubOptions{.media_bytes_max = kBudget}};
};

TEST_F(BudgetTest, ANewStreamIsRefusedWhereThereIsNoRoomAndThoseThatAreHereGoOn) {
  PublicationPtr first = small_.Publish("live/a", {.token = "t"}, now_ms_).value();
  Live(first.get(), 50'000, 6);
  EXPECT_GE(small_.budget()->bytes(), kBudget / 5 * 4);
  const absl::Status refused = small_.Publish("live/b", {}, now_ms_).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_NE(refused.message().find("of 8 MB"), absl::string_view::npos) << refused;
  EXPECT_EQ(small_.FindOrCreate("live/c", now_ms_).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(small_.budget()->refused(), 2u);
  EXPECT_TRUE(small_.FindOrCreate("live/a", now_ms_).ok());
  PublicationPtr back = small_.Publish("live/a", {.token = "t"}, now_ms_).value();
  EXPECT_TRUE(Push(back.get(), 0).ok());
  small_.End("live/a").IgnoreError();
  back.reset();
  first.reset();
  small_.Sweep(now_ms_);
  EXPECT_EQ(small_.budget()->bytes(), 0u);
  EXPECT_TRUE(small_.Publish("live/b", {}, now_ms_).ok());
}

TEST_F(BudgetTest, StreamsThatGrowLaterKeepToTheirSharesAndSmallOnesAreLeftAlone) {
  PublicationPtr small = small_.Publish("live/small", {}, now_ms_).value();
  PublicationPtr large = small_.Publish("live/large", {}, now_ms_).value();
  PublicationPtr larger = small_.Publish("live/larger", {}, now_ms_).value();
  FrameRing replica(larger->stream()->bounds());
  for (int frame = 0; frame < 20 * 25; ++frame) {
    PushFrame(small.get(), 2'000);
    PushFrame(large.get(), 30'000);
    PushFrame(larger.get(), 60'000);
    larger->stream()->SyncReplica(&replica);
    const FrameRing cached = Cached(*larger->stream());
    ASSERT_EQ(replica.begin_seq(), cached.begin_seq());
    ASSERT_EQ(replica.bytes(), cached.bytes());
    ASSERT_EQ(replica.gops().size(), cached.gops().size());
    ASSERT_LE(small_.budget()->bytes(), kBudget + 92'000 + 3 * MediaBudget::kUnit);
  }
  EXPECT_GT(small_.budget()->cuts(), 0u);
  EXPECT_GT(small_.budget()->bytes(), kBudget / 2);
  EXPECT_GT(Cached(*small->stream()).span_ms(), 10'000);
  EXPECT_LE(Cached(*larger->stream()).bytes(), kBudget / 2);
  EXPECT_GE(Cached(*larger->stream()).gops().size(), 1u);
}

TEST_F(BudgetTest, ASilentStreamMakesRoomWhenTheNodeIsSwept) {
  PublicationPtr silent = small_.Publish("live/silent", {}, now_ms_).value();
  PublicationPtr live = small_.Publish("live/live", {}, now_ms_).value();
  Live(silent.get(), 50'000, 6);
  auto listener = std::make_shared<CountingListener>();
  silent->stream()->AddListener(listener);
  while (small_.budget()->cuts() == 0) Live(live.get(), 20'000, 1);
  Live(live.get(), 20'000, 10);
  small_.Sweep(now_ms_);
  EXPECT_LE(small_.budget()->bytes(), kBudget + 20'000);
  EXPECT_LE(Cached(*silent->stream()).bytes(), kBudget / 2);
  EXPECT_GE(listener->news, 1) << "threads that have replicas are told";
  silent->stream()->RemoveListener(listener.get());
}

TEST_F(HubTest, ReplicasFollowAWriterOnAnotherThread) {
  PublicationPtr publication = Publish("live/a").value();
  const std::shared_ptr<Stream> stream = publication->stream();
  std::thread writer([&] {
    for (uint32_t i = 0; i < 20'000; ++i) {
      const FrameRole role = i % 50 == 0 ? FrameRole::kVideoKey : FrameRole::kVideoInter;
      ASSERT_TRUE(publication->Push(role, i * 40, "frame", now_ms_).ok());
    }
    publication->Finish(EndReason::kOnPurpose, now_ms_);
  });
  FrameRing replica(stream->bounds());
  StreamState state;
  do {
    state = stream->SyncReplica(&replica);
    if (replica.empty()) continue;
    ASSERT_EQ(replica.at(replica.end_seq() - 1).dts_ms(), replica.newest_dts_ms());
  } while (state != StreamState::kEnded);
  writer.join();
  EXPECT_EQ(replica.end_seq(), 20'000u);
}

}  // namespace
}  // namespace nearcast::stream
