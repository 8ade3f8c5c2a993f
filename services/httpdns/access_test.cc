#include "services/httpdns/access.h"

#include <gtest/gtest.h>

namespace nearcast::httpdns {
namespace {

using scheduler::Account;

TEST(AccessTest, FindsCallers) {
  scheduler::Snapshot snapshot;
  Caller caller;
  const auto find = [&](absl::string_view id) {
    return FindCaller(snapshot, id, IpParameter::kHonoured, &caller);
  };
  EXPECT_EQ(find(""), std::nullopt);
  EXPECT_EQ(find("139450"), std::nullopt);
  EXPECT_EQ(caller.account, nullptr);
  EXPECT_EQ(CheckUnsigned(caller), std::nullopt);
  EXPECT_EQ(CheckSignature(caller, "x", "x"), Reason::kAccountUnknown);

  snapshot.accounts["139450"] = Account{.account_id = "139450", .tencent_token = "token"};
  snapshot.accounts["2"] = Account{.allow_unsigned = true, .allow_ip_parameter = true};
  EXPECT_EQ(find(""), Reason::kAccountMissing);
  EXPECT_EQ(find("1"), Reason::kAccountUnknown);
  EXPECT_EQ(find("139450"), std::nullopt);
  EXPECT_EQ(caller.account->account_id, "139450");
  EXPECT_EQ(caller.ip_parameter, IpParameter::kIgnored);
  EXPECT_EQ(CheckUnsigned(caller), Reason::kUnsigned);
  EXPECT_EQ(CheckSignature(caller, "x", "x"), Reason::kSignature);  // it has no secret
  EXPECT_EQ(find("2"), std::nullopt);
  EXPECT_EQ(caller.ip_parameter, IpParameter::kHonoured);
  EXPECT_EQ(CheckUnsigned(caller), std::nullopt);

  const auto by_token = [&](absl::string_view token) {
    return FindCallerByToken(snapshot, token, IpParameter::kHonoured, &caller);
  };
  EXPECT_EQ(by_token("token"), std::nullopt);
  EXPECT_EQ(caller.account->account_id, "139450");
  EXPECT_EQ(by_token("tokem"), Reason::kAccountUnknown);
  EXPECT_EQ(by_token(""), Reason::kAccountUnknown);
}

TEST(AccessTest, ComparesSignatures) {
  const Account account{.sign_secret = "secret"};
  EXPECT_EQ(CheckSignature({&account}, "abc", "abc"), std::nullopt);
  EXPECT_EQ(CheckSignature({&account}, "abc", "ABC"), Reason::kSignature);
  EXPECT_EQ(CheckSignature({&account}, "abc", ""), Reason::kSignature);
}

TEST(AccessTest, ChecksWhenSignaturesEnd) {
  const absl::Time end = absl::FromUnixSeconds(1513602734);
  const auto check = [](absl::string_view text, absl::Time now) {
    return CheckExpiry(text, TimeUnit::kSeconds, now);
  };
  EXPECT_EQ(check("1513602734", end), std::nullopt);
  EXPECT_EQ(check("1513602734", end + absl::Seconds(150)), std::nullopt);
  EXPECT_EQ(check("1513602734", end + absl::Seconds(151)), Reason::kExpired);
  EXPECT_EQ(check("1513602734", end - absl::Hours(24)), std::nullopt);
  EXPECT_EQ(check("1513602734", end - absl::Hours(24) - absl::Seconds(1)), Reason::kDuration);
  for (const char* bad :
       {"", "151360273", "15136027340", "-513602734", " 513602734", "151360273x"}) {
    EXPECT_EQ(check(bad, end), Reason::kParameter) << bad;
  }
  EXPECT_EQ(CheckExpiry("1513602734000", TimeUnit::kMilliseconds, end), std::nullopt);
  EXPECT_EQ(CheckExpiry("1513602734", TimeUnit::kMilliseconds, end), Reason::kParameter);
}

TEST(AccessTest, LimitsHosts) {
  const Account some{.hosts = {"pull.live.example", "*.cdn.example"}};
  const Account all;
  const auto granted = [](const Account* account, absl::string_view name) {
    return RightToHost(account, name) == HostRight::kGranted;
  };
  EXPECT_TRUE(granted(nullptr, "any.example"));
  EXPECT_TRUE(granted(&all, "any.example"));
  EXPECT_TRUE(granted(&some, "PULL.live.example."));
  EXPECT_TRUE(granted(&some, "s1.CDN.example"));
  EXPECT_FALSE(granted(&some, "cdn.example"));
  EXPECT_FALSE(granted(&some, "a.s1.cdn.example"));
  EXPECT_FALSE(granted(&some, "push.live.example"));
  EXPECT_FALSE(granted(&some, "example"));
}

}  // namespace
}  // namespace nearcast::httpdns
