#include "signing/convert/signing_convert.h"

#include "gtest/gtest.h"

namespace nearcast {
namespace {

TEST(SigningConvert, EveryMethodComesBackAsItWas) {
  for (int number = 0; number < v1::Signing::Method_ARRAYSIZE; ++number) {
    v1::Signing message;
    message.set_method(static_cast<v1::Signing::Method>(number));
    message.set_key("a");
    message.set_backup_key("b");
    message.set_use_backup_key(true);
    message.set_validity_s(61);
    message.set_text("{key}{path}{time}");
    message.set_secret_parameter("s");
    message.set_time_parameter("t");
    message.set_hex_time(true);
    const v1::Signing back = SigningMessageOf(SigningOf(message, kPullValidityS));
    EXPECT_EQ(back.SerializeAsString(), message.SerializeAsString()) << number;
  }
}

TEST(SigningConvert, AValidityThatIsNotStatedIsTheDefault) {
  EXPECT_EQ(SigningOf({}, kPushValidityS).validity_s, kPushValidityS);
}

}  // namespace
}  // namespace nearcast
