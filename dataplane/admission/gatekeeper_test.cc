#include "dataplane/admission/gatekeeper.h"

#include <utility>

#include "base/fake_clock.h"
#include "gtest/gtest.h"

namespace nearcast::admission {
namespace {

// Keeps questions until the test answers them.
class SlowAdmitter : public Admitter {
 public:
  void AskPublish(const Attempt& attempt, PublishDone done) override {
    publishes.push_back(std::move(done));
  }
  void AskPlay(const PlayQuestion& question, PlayDone done) override {
    asked.push_back(question);
    plays.push_back(std::move(done));
  }
  void AnswerPlay(const absl::StatusOr<PlayAnswer>& answer) {
    std::vector<PlayDone> waiting = std::exchange(plays, {});
    for (const PlayDone& done : waiting) done(answer);
  }

  std::vector<PublishDone> publishes;
  std::vector<PlayQuestion> asked;
  std::vector<PlayDone> plays;
};

class GatekeeperTest : public testing::Test {
 protected:
  // What came of one attempt.
  struct Outcome {
    bool told = false;
    absl::StatusOr<PlayTerms> terms = PlayTerms();
  };

  std::shared_ptr<Outcome> Play(Gatekeeper* gate, const std::string& stream,
                                const std::string& query = "") {
    auto outcome = std::make_shared<Outcome>();
    Attempt attempt;
    attempt.stream = stream;
    attempt.path = "/" + stream + ".flv";
    attempt.query = query;
    gate->AdmitPlay(attempt, [outcome](absl::StatusOr<PlayTerms> terms) {
      EXPECT_FALSE(outcome->told);
      *outcome = {true, std::move(terms)};
    });
    return outcome;
  }

  std::optional<absl::Status> Publish(Gatekeeper* gate, const absl::Status& answer) {
    std::optional<absl::Status> said;
    Attempt attempt;
    attempt.stream = "live/show";
    gate->AdmitPublish(attempt, [&said](const absl::Status& status) { said = status; });
    for (const auto& done : std::exchange(admitter_.publishes, {})) done(answer);
    return said;
  }

  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  UrlGuard guard_{&clock_};
  SlowAdmitter admitter_;
};

TEST_F(GatekeeperTest, AWrongUrlIsRefusedBeforeAnybodyIsAsked) {
  UrlKeys keys;
  keys.push = keys.pull = {.method = SignMethod::kMd5, .key = "key"};
  guard_.SetKeys(keys);
  Gatekeeper gate({.asks_play = true}, &clock_, &guard_, &admitter_);
  EXPECT_TRUE(absl::IsPermissionDenied(Play(&gate, "live/show")->terms.status()));
  EXPECT_TRUE(absl::IsPermissionDenied(*Publish(&gate, absl::OkStatus())));
  EXPECT_TRUE(admitter_.asked.empty());
  EXPECT_EQ(gate.counts().publishes_asked, 0);
  EXPECT_EQ(guard_.counts().missing, 2);
}

TEST_F(GatekeeperTest, ACrowdAsksOnceAndLaterComersHearTheSameForAsLongAsItHolds) {
  Gatekeeper gate({.asks_play = true}, &clock_, &guard_, &admitter_);
  const auto first = Play(&gate, "live/show");
  const auto second = Play(&gate, "live/show");
  const auto graded = Play(&gate, "live/show", "a=1&network_grade=3");
  ASSERT_EQ(admitter_.asked.size(), 2);
  EXPECT_EQ(admitter_.asked[1].network_grade, 3);
  EXPECT_FALSE(first->told);
  admitter_.AnswerPlay(PlayAnswer{.terms = {.gop_cache_ms = 1800}, .ttl_ms = 5000});
  EXPECT_EQ(first->terms->gop_cache_ms, 1800);
  EXPECT_TRUE(second->told && graded->told);
  EXPECT_EQ(Play(&gate, "live/show")->terms->gop_cache_ms, 1800);
  clock_.Advance(absl::Seconds(5));
  EXPECT_FALSE(Play(&gate, "live/show")->told);
  EXPECT_EQ(gate.counts().plays_asked, 3);
}

TEST_F(GatekeeperTest, ARefusalIsPassedOnAndBelievedForAWhile) {
  Gatekeeper gate({.asks_play = true}, &clock_, &guard_, &admitter_);
  const auto first = Play(&gate, "live/show");
  admitter_.AnswerPlay(absl::PermissionDeniedError("banned"));
  EXPECT_EQ(first->terms.status().message(), "banned");
  EXPECT_EQ(Play(&gate, "live/show")->terms.status().message(), "banned");
  EXPECT_EQ(gate.counts().plays_refused, 2);
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(Play(&gate, "live/show")->told);
}

TEST_F(GatekeeperTest, WithoutAnAnswerTheSignatureCountsOrNobodyGetsIn) {
  Gatekeeper serves({.asks_play = true}, &clock_, &guard_, &admitter_);
  const auto served = Play(&serves, "live/show");
  admitter_.AnswerPlay(absl::UnavailableError("gone"));
  EXPECT_TRUE(served->told && served->terms.ok());
  EXPECT_TRUE(Publish(&serves, absl::UnavailableError("gone"))->ok());
  EXPECT_EQ(serves.counts().unanswered, 2);

  Gatekeeper refuses({.asks_play = true, .unanswered = Unanswered::kRefuse}, &clock_, &guard_,
                     &admitter_);
  const auto refused = Play(&refuses, "live/show");
  admitter_.AnswerPlay(absl::UnavailableError("gone"));
  EXPECT_TRUE(absl::IsUnavailable(refused->terms.status()));
  EXPECT_TRUE(absl::IsUnavailable(*Publish(&refuses, absl::UnavailableError("gone"))));
}

TEST_F(GatekeeperTest, APublisherIsAskedAboutEachTime) {
  Gatekeeper gate({}, &clock_, &guard_, &admitter_);
  EXPECT_TRUE(Publish(&gate, absl::OkStatus())->ok());
  EXPECT_TRUE(absl::IsPermissionDenied(*Publish(&gate, absl::PermissionDeniedError("ended"))));
  EXPECT_EQ(gate.counts().publishes_asked, 2);
  EXPECT_EQ(gate.counts().publishes_refused, 1);
}

TEST_F(GatekeeperTest, NobodyIsAskedWhereThatIsNotConfigured) {
  Gatekeeper quiet({.asks_publish = false}, &clock_, &guard_, &admitter_);
  EXPECT_TRUE(Publish(&quiet, absl::PermissionDeniedError("no"))->ok());
  EXPECT_TRUE(Play(&quiet, "live/show")->told);
  Gatekeeper alone({.asks_play = true}, &clock_, &guard_, nullptr);
  EXPECT_TRUE(Play(&alone, "live/show")->told);
  EXPECT_TRUE(admitter_.asked.empty());
}

TEST_F(GatekeeperTest, WhatIsKeptAndWhoMayWaitIsBounded) {
  Gatekeeper gate({.asks_play = true, .answers_max = 2, .waiting_max = 3}, &clock_, &guard_,
                  &admitter_);
  for (const char* name : {"live/a", "live/b", "live/c"}) Play(&gate, name);
  EXPECT_TRUE(absl::IsResourceExhausted(Play(&gate, "live/d")->terms.status()));
  admitter_.AnswerPlay(PlayAnswer{.ttl_ms = 60'000});
  const size_t asked = admitter_.asked.size();
  for (const char* name : {"live/a", "live/b", "live/c"}) Play(&gate, name);
  EXPECT_EQ(admitter_.asked.size(), asked + 1);  // one of the three was not kept
}

TEST_F(GatekeeperTest, AGradeThatIsNoneIsNoGrade) {
  EXPECT_EQ(NetworkGradeOf("network_grade=8"), 8);
  EXPECT_EQ(NetworkGradeOf("x=1&network_grade=1&y=2"), 1);
  for (const char* query :
       {"", "network_grade=9", "network_grade=0", "network_grade=", "grade=3"}) {
    EXPECT_EQ(NetworkGradeOf(query), 0) << query;
  }
}

}  // namespace
}  // namespace nearcast::admission
