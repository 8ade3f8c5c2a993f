#include "schedulerlib/live/vendor_domains.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Cdn Vendor() {
  Cdn cdn;
  cdn.name = "alpha";
  cdn.pull_domain = "pull.alpha.example";
  cdn.push_domain = "push.alpha.example";
  cdn.pull_domains = {{"hls", "hls.alpha.example:8443"}, {"tsl", "[2001:db8::1]:81"}};
  cdn.push_domains = {{"srt", "srt.alpha.example"}, {"flv", "in.alpha.example"}};
  cdn.pull_templates = {{"flv", "https://{host}/{app}/{stream}{suffix}.flv"},
                        {"hls", "https://{host}/{app}/{stream}{suffix}.m3u8"},
                        {"tsl", "http://{host}/{stream}"},
                        {"rtmp", "rtmp://{host}/{app}/{stream}{suffix}"}};
  cdn.push_templates = {{"srt", "srt://{host}:9000?streamid={stream}"},
                        {"flv", "https://{host}/{app}/{stream}.flv"}};
  return cdn;
}

HealthCheck CheckOf(CheckType type, CdnRole role = CdnRole::kPlay,
                    std::vector<std::string> formats = {}) {
  HealthCheck check;
  check.cdn = "alpha";
  check.type = type;
  check.role = role;
  check.formats = std::move(formats);
  return check;
}

std::vector<std::string> SubjectsOf(const HealthCheck& check, const Cdn& cdn = Vendor()) {
  std::vector<std::string> subjects;
  for (const VendorDomain& domain : FindVendorDomains(check, cdn)) {
    subjects.push_back(absl::StrCat(domain.subject, domain.tls ? " tls" : ""));
  }
  return subjects;
}

TEST(VendorDomainsTest, TypeSaysWhichFormatsAreMeantAndAtWhichPort) {
  EXPECT_THAT(SubjectsOf(CheckOf(CheckType::kFlv)),
              ElementsAre("cdn/alpha/play/pull.alpha.example:443 tls"));
  EXPECT_THAT(SubjectsOf(CheckOf(CheckType::kRtmp)),
              ElementsAre("cdn/alpha/play/pull.alpha.example:1935"));
  EXPECT_THAT(
      SubjectsOf(CheckOf(CheckType::kHttp)),
      ElementsAre("cdn/alpha/play/pull.alpha.example:80 tls",
                  "cdn/alpha/play/hls.alpha.example:8443 tls", "cdn/alpha/play/2001:db8::1:81"));
  EXPECT_THAT(
      SubjectsOf(CheckOf(CheckType::kTcp)),
      ElementsAre("cdn/alpha/play/pull.alpha.example:443 tls",
                  "cdn/alpha/play/hls.alpha.example:8443 tls",
                  "cdn/alpha/play/pull.alpha.example:1935", "cdn/alpha/play/2001:db8::1:81"));
}

TEST(VendorDomainsTest, PushDomainsAreCheckedByProtocolButSrt) {
  EXPECT_THAT(SubjectsOf(CheckOf(CheckType::kTcp, CdnRole::kPush)),
              ElementsAre("cdn/alpha/push/in.alpha.example:443 tls",
                          "cdn/alpha/push/push.alpha.example:1935"));
  EXPECT_THAT(SubjectsOf(CheckOf(CheckType::kRtmp, CdnRole::kPush)),
              ElementsAre("cdn/alpha/push/push.alpha.example:1935"));
}

TEST(VendorDomainsTest, NamedFormatsAndPortsGoBeforeTheUsualOnes) {
  HealthCheck check = CheckOf(CheckType::kTcp, CdnRole::kPlay, {"hls", "flv"});
  EXPECT_THAT(SubjectsOf(check), ElementsAre("cdn/alpha/play/pull.alpha.example:443 tls",
                                             "cdn/alpha/play/hls.alpha.example:8443 tls"));
  check.port = 9;
  check.formats = {"hls"};
  const auto domains = FindVendorDomains(check, Vendor());
  ASSERT_EQ(domains.size(), 1u);
  EXPECT_EQ(domains[0].subject, "cdn/alpha/play/hls.alpha.example:9");
  EXPECT_EQ(domains[0].authority, "hls.alpha.example:8443");
  EXPECT_EQ(domains[0].host, "hls.alpha.example");
  EXPECT_EQ(domains[0].port, 9);
}

TEST(VendorDomainsTest, OtherCdnsAndOnesOwnHaveNone) {
  HealthCheck check = CheckOf(CheckType::kTcp);
  check.cdn = "beta";
  EXPECT_THAT(SubjectsOf(check), IsEmpty());
  check.cdn = "";
  EXPECT_THAT(SubjectsOf(check), IsEmpty());
  Cdn own = Vendor();
  own.kind = CdnKind::kOwn;
  EXPECT_THAT(SubjectsOf(CheckOf(CheckType::kTcp), own), IsEmpty());
}

TEST(VendorDomainsTest, SubjectsSayWhoseTheyAre) {
  EXPECT_EQ(CdnRoleKey("alpha", CdnRole::kPush), "cdn/alpha/push");
  EXPECT_EQ(CheckedOwner("cdn/alpha/play/pull.alpha.example:443"), "cdn/alpha/play");
  EXPECT_EQ(CheckedParty("cdn/alpha/play/pull.alpha.example:443"), "cdn/alpha");
  EXPECT_EQ(CheckedOwner("cdn/alpha/play"), "cdn/alpha/play");
  EXPECT_EQ(CheckedOwner("gz-1"), "gz-1");
  EXPECT_EQ(CheckedParty("gz-1"), "gz-1");
}

}  // namespace
}  // namespace nearcast::scheduler
