#include "services/httpdns/question_text.h"

#include <gtest/gtest.h>

namespace nearcast::httpdns {
namespace {

TEST(QuestionTextTest, ReadsNames) {
  const auto read = [](absl::string_view list) {
    Question question;
    return ReadNames(list, 2, &question);
  };
  EXPECT_EQ(read("a.b"), TextProblem::kNone);
  EXPECT_EQ(read("a,b"), TextProblem::kNone);
  EXPECT_EQ(read(""), TextProblem::kMissing);
  EXPECT_EQ(read("a,,b"), TextProblem::kNotHostName);
  EXPECT_EQ(read("a,b,c"), TextProblem::kTooMany);
}

TEST(QuestionTextTest, ReadsTheClient) {
  const auto connection = *ipdb::ParseIpAddress("192.0.2.1");
  const auto read = [&](absl::string_view text, IpParameter ip_parameter) {
    Question question;
    return ReadClient(text, connection, ip_parameter, &question) == TextProblem::kNone
               ? question.clients.at(0).ToString()
               : "refused";
  };
  EXPECT_EQ(read("", IpParameter::kHonoured), "192.0.2.1");
  EXPECT_EQ(read("2001:db8::1", IpParameter::kHonoured), "2001:db8::1");
  EXPECT_EQ(read("2001:db8::1", IpParameter::kIgnored), "192.0.2.1");
  EXPECT_EQ(read("x", IpParameter::kIgnored), "refused");
}

}  // namespace
}  // namespace nearcast::httpdns
