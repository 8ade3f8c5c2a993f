// dig and kdig, as operators run them, against a live server.
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "services/dns/dns_service.h"
#include "services/dns/sample_snapshot.h"

namespace nearcast::dns {
namespace {

std::string RunShell(const std::string& command) {
  std::FILE* const pipe = popen(absl::StrCat("PATH=/usr/bin:/bin ", command, " 2>&1").c_str(), "r");
  std::string output;
  char piece[4096];
  while (const size_t bytes = std::fread(piece, 1, sizeof(piece), pipe))
    output.append(piece, bytes);
  pclose(pipe);
  return output;
}

// Tabs and runs of blanks become one blank.
std::string Squeezed(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const char blank = c == '\t' ? ' ' : c;
    if (blank == ' ' && !result.empty() && result.back() == ' ') continue;
    result.push_back(blank);
  }
  return result;
}

// Without its endings; made once, by openssl.
std::string TestCertificate() {
  static const std::string* const files = [] {
    auto* const made = new std::string(testing::TempDir() + "dig_test");
    RunShell(
        absl::StrCat("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 "
                     "-nodes -days 2 -subj /CN=localhost -addext "
                     "subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout ",
                     *made, ".key -out ", *made, ".crt"));
    return made;
  }();
  return *files;
}

class DigTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string tool = GetParam();
    if (!absl::StrContains(RunShell(absl::StrCat("command -v ", tool)), tool)) {
      GTEST_SKIP() << tool << " is not installed (Debian: bind9-dnsutils, knot-dnsutils)";
    }
    DnsServiceOptions options;
    options.port = 0;
    options.answers.nsid = "pek1";
    options.dot = DotOptions{.port = 0,
                             .certificate_file = TestCertificate() + ".crt",
                             .key_file = TestCertificate() + ".key"};
    absl::StatusOr<std::unique_ptr<DnsService>> service =
        DnsService::Listen(options, &snapshots_, Clock::System());
    ASSERT_TRUE(service.ok()) << service.status();
    service_ = *std::move(service);
  }

  std::string Run(const std::string& arguments) {
    return Squeezed(
        RunShell(absl::StrCat(GetParam(), " @127.0.0.1 -p ", service_->port(), " +time=5 ",
                              is_dig() ? "+tries=1 " : "+retry=0 ", arguments)));
  }

  // Every part stands in what the tool prints, and it warns of nothing.
  void Expect(const std::string& arguments, std::initializer_list<const char*> parts) {
    const std::string output = Run(arguments);
    for (const char* part : parts) {
      EXPECT_TRUE(absl::StrContains(output, part)) << arguments << ": no \"" << part << "\" in\n"
                                                   << output;
    }
    for (const char* bad : {"arning", "WARNING", ";; ERROR", "malformed", "rror:"}) {
      EXPECT_FALSE(absl::StrContains(output, bad)) << arguments << "\n" << output;
    }
  }

  bool is_dig() const { return std::string(GetParam()) == "dig"; }

  SnapshotHolder<scheduler::Snapshot> snapshots_{BuildSampleSnapshot()};
  std::unique_ptr<DnsService> service_;
};

TEST_P(DigTest, ShowsScheduledNames) {
  Expect("pull.live.example +norec", {"NOERROR", "aa", "pull.live.example. 60 IN A 10.0.0.1"});
  Expect("+tcp pull.live.example AAAA +norec", {"pull.live.example. 60 IN AAAA 2001:db8::1"});
}

TEST_P(DigTest, SendsClientSubnetAndShowsItsScope) {
  Expect("+subnet=14.215.177.0/24 pull.live.example +norec",
         {"10.44.0.1", "10.44.0.2", "14.215.177.0/24/8"});
  Expect("+subnet=202.96.1.0/24 www.live.example +norec",
         {"www.live.example. 3600 IN CNAME pull.live.example.", "10.11.0.1", "/24/16"});
  Expect("+subnet=240e:234::/56 pull.live.example AAAA +norec", {"2001:db8:44::1", "/56/20"});
  Expect("+subnet=0.0.0.0/0 pull.live.example +norec", {"10.0.0.1", "0.0.0.0/0/0"});
  Expect("+tcp +subnet=202.96.1.0/24 ns1.live.example +norec", {"192.0.2.1", "/24/0"});
}

TEST_P(DigTest, ShowsDenials) {
  Expect("nowhere.live.example +norec", {"NXDOMAIN", "live.example. 900 IN SOA"});
  Expect("text.live.example +norec", {"NOERROR", "live.example. 900 IN SOA"});
  Expect("other.example +norec", {"REFUSED"});
  Expect("b.c.live.example +norec", {"NOERROR", "SOA"});
}

TEST_P(DigTest, SpeaksEdnsAsAsked) {
  const std::string plain = Run("+noedns pull.live.example +norec");
  EXPECT_FALSE(absl::StrContains(plain, "EDNS")) << plain;
  EXPECT_TRUE(absl::StrContains(plain, "10.0.0.1")) << plain;
  const std::string version1 = Run("+edns=1 +noednsneg live.example SOA +norec");
  EXPECT_TRUE(
      absl::StrContains(is_dig() ? version1 : Run("+edns=1 live.example SOA +norec"), "BADVERS"))
      << version1;
  Expect("+bufsize=4096 +dnssec live.example NS +norec", {"1232", "do", "ns1.live.example."});
}

TEST_P(DigTest, RetriesTruncatedRepliesOverTcp) {
  const std::string output = Run("+bufsize=512 many.live.example TXT +norec");
  EXPECT_TRUE(absl::StrContains(output, "4123456789")) << output;
  Expect("+bufsize=512 +ignore many.live.example TXT +norec", {"tc"});
}

TEST_P(DigTest, ShowsAnyReferralsAndWildcards) {
  Expect("+notcp live.example ANY +norec", {"HINFO", "RFC8482"});
  Expect("host.sub.live.example +norec",
         {"sub.live.example. 3600 IN NS ns.sub.live.example.", "ns.sub.live.example. 3600 IN A"});
  Expect("x.wild.live.example TXT +norec", {"x.wild.live.example. 3600 IN TXT \"star\""});
}

TEST_P(DigTest, ShowsIdentityCookiesAndReasons) {
  Expect("+nsid ns1.live.example +norec", {"NSID", is_dig() ? "70 65 6b 31" : "70656B31"});
  // dig takes the server's cookie for good if it is well formed.
  Expect("+cookie=2464c4abcf10c957 ns1.live.example +norec",
         {"COOKIE", is_dig() ? "2464c4abcf10c95701000000" : "2464C4ABCF10C957"});
  Expect("+edns +norec other.example", {"REFUSED", is_dig() ? "EDE: 20" : "EDE"});
}

TEST_P(DigTest, ShowsHttpsRecordsAndAliases) {
  Expect("web.live.example TYPE65 +norec +subnet=202.96.1.0/24",
         {"1 . alpn=", "port=8443", "ipv4hint=10.11.0.1", "ipv6hint=2001:db8:11::1", "/24/16"});
  Expect("mixed.live.example +norec +subnet=202.96.1.0/24",
         {"mixed.live.example. 60 IN CNAME live.example.vendor.example.", "/24/16"});
}

TEST_P(DigTest, SpeaksTls) {
  if (is_dig()) GTEST_SKIP() << "this dig does not speak TLS";
  const std::string over_tls =
      absl::StrCat("+tls +tls-ca=", TestCertificate(), ".crt +tls-hostname=localhost -p ",
                   service_->dot_port(), " +norec ");
  Expect(absl::StrCat(over_tls, "pull.live.example"), {"TLS session", "10.0.0.1"});
  Expect(absl::StrCat(over_tls, "+alignment=468 many.live.example TXT"), {"PADDING", "4123456789"});
  Expect(absl::StrCat(over_tls, "+keepopen pull.live.example live.example SOA"),
         {"10.0.0.1", "hostmaster.live.example."});
}

TEST_P(DigTest, NotesUnknownOperationsAndTransfers) {
  if (is_dig()) {
    EXPECT_TRUE(absl::StrContains(Run("+opcode=15 live.example SOA +norec"), "NOTIMP"));
  }
  const std::string transfer = Run("live.example AXFR");
  EXPECT_TRUE(absl::StrContains(transfer, "failed") || absl::StrContains(transfer, "REFUSED"))
      << transfer;
}

INSTANTIATE_TEST_SUITE_P(Tools, DigTest, testing::Values("dig", "kdig"),
                         [](const testing::TestParamInfo<const char*>& info) {
                           return std::string(info.param);
                         });

}  // namespace
}  // namespace nearcast::dns
