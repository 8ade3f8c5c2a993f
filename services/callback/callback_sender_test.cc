#include "services/callback/callback_sender.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "gtest/gtest.h"
#include "services/callback/room_service.h"

namespace nearcast::callback {
namespace {

TEST(CallbackSenderTest, TellsEventsInOrderSignedAndAgainWhenRefused) {
  RoomService room(1);
  CallbackSender sender(Clock::System(), {.threads = 2});
  for (const char* body : {"{\"n\":1}", "{\"n\":2}", "{\"n\":3}"}) {
    sender.Send({"s1", room.url(), "secret", body});
  }
  EXPECT_EQ(room.WaitForBodies(3),
            (std::vector<std::string>{"{\"n\":1}", "{\"n\":2}", "{\"n\":3}"}));
  const RoomService::Call first = room.WaitForCalls(1)[0];
  int64_t time_s = 0;
  ASSERT_TRUE(absl::SimpleAtoi(first.time, &time_s));
  EXPECT_EQ(first.signature, SignCallback("secret", time_s, "{\"n\":1}"));
  EXPECT_EQ(sender.totals().retried, 1u);
}

TEST(CallbackSenderTest, AServerThatIsNotThereHoldsUpNoOtherStream) {
  RoomService room;
  CallbackSender sender(Clock::System(), {.threads = 1});
  sender.Send({"s1", "http://127.0.0.1:1/", "", "{}"});
  sender.Send({"s2", room.url(), "", "{}"});
  EXPECT_EQ(room.WaitForBodies(1).size(), 1u);
}

}  // namespace
}  // namespace nearcast::callback
