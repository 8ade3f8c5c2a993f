#include "services/callback/callback_event.h"

#include "gtest/gtest.h"

namespace nearcast::callback {
namespace {

using scheduler::Stream;
using scheduler::StreamState;

Stream MakeStream(StreamState state) {
  Stream stream;
  stream.name = "s1";
  stream.publish_point = "show";
  stream.state = state;
  stream.push_lines = {{"main", "own", "gz", "rtmp://192.0.2.1/live/s1", false},
                       {"backup", "vendor", "", "rtmp://push.example/live/s1", true}};
  return stream;
}

const absl::Time kTime = absl::FromUnixMillis(1'790'000'000'250);

TEST(CallbackEventTest, AChangeIsNamedByWhatItChanged) {
  const Stream created = MakeStream(StreamState::kCreated);
  const Stream publishing = MakeStream(StreamState::kPublishing);
  EXPECT_EQ(EventOf(nullptr, created), "created");
  EXPECT_EQ(EventOf(&created, publishing), "publishing");
  EXPECT_EQ(EventOf(&publishing, publishing), std::nullopt);
  Stream moved = publishing;
  moved.push_lines[0].url = "rtmp://192.0.2.2/live/s1";
  EXPECT_EQ(EventOf(&publishing, moved), "moved");
  Stream held = publishing;
  held.play_cdn = "vendor";
  EXPECT_EQ(EventOf(&publishing, held), "moved");
  Stream failed_over = publishing;
  failed_over.carried_by = scheduler::CarriedBy::kBackup;
  EXPECT_EQ(EventOf(&publishing, failed_over), "carried");
  EXPECT_EQ(EventOf(&failed_over, publishing), "carried");
  EXPECT_EQ(EventOf(&created, failed_over), "publishing");
}

TEST(CallbackEventTest, TheBodyTellsWhichLineAloneCarriesTheStream) {
  Stream stream = MakeStream(StreamState::kPublishing);
  stream.carried_by = scheduler::CarriedBy::kBackup;
  const std::string body = WriteCallbackBody("carried", stream, kTime);
  EXPECT_NE(body.find(R"("carried_by":"backup"})"), std::string::npos) << body;
}

TEST(CallbackEventTest, TheBodyTellsTheStreamAndItsLines) {
  EXPECT_EQ(WriteCallbackBody("publishing", MakeStream(StreamState::kPublishing), kTime),
            R"({"event":"publishing","stream":"s1","publish_point":"show","state":"publishing",)"
            R"("time_ms":1790000000250,"push_lines":[)"
            R"({"line":"main","cdn":"own","node":"gz"},)"
            R"({"line":"backup","cdn":"vendor","node":""}]})");
}

TEST(CallbackEventTest, OnlyListedEventsAreTold) {
  const scheduler::Callback some = {"http://room.example/", "", {"ended", "banned"}};
  EXPECT_TRUE(Wants(some, "ended"));
  EXPECT_FALSE(Wants(some, "moved"));
  EXPECT_TRUE(Wants({"http://room.example/", "", {}}, "moved"));
  EXPECT_FALSE(Wants({}, "ended"));
}

// echo -n '1790000000.{}' | openssl dgst -sha256 -hmac secret
TEST(CallbackEventTest, TheSignatureIsAnHmacOfTimeAndBody) {
  EXPECT_EQ(SignCallback("secret", 1'790'000'000, "{}"),
            "d0cadd434460d4af55e7ab90d79c1802591d7001a77c9e06471d0e3ec8cc85ae");
  EXPECT_NE(SignCallback("secret", 1'790'000'001, "{}"),
            SignCallback("secret", 1'790'000'000, "{}"));
}

}  // namespace
}  // namespace nearcast::callback
