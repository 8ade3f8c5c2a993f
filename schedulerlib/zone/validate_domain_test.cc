#include "schedulerlib/zone/validate_domain.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace nearcast::scheduler::zone {
namespace {

constexpr char kHead[] = "@ 60 SOA ns host 1 2 3 4 5\n@ 60 NS ns\nns 60 A 10.0.0.1\n";

// "path: message" lines for live.example with `kHead` + `text`, from line 4 on.
std::string Problems(const std::string& text, const std::vector<std::string>& scheduled = {},
                     const std::string& head = kHead) {
  Domain domain{.name = "live.example", .zone_file = head + text, .scheduled_names = {}};
  for (const std::string& name : scheduled) domain.scheduled_names.emplace_back().name = name;
  std::string result;
  for (const ZoneProblem& problem : ValidateDomain(domain)) {
    absl::StrAppend(&result, problem.path, ": ", problem.message, "\n");
  }
  return result;
}

TEST(ValidateDomainTest, FindsNothingInAGoodZone) {
  EXPECT_EQ(Problems("www 60 CNAME pull\n*.w 60 TXT x\nsub 60 NS ns.sub\nns.sub 60 A 10.0.0.2\n"
                     "sub 60 DS 1 8 2 00\nout 60 NS ns.elsewhere.\n",
                     {"pull", "@", "*.play"}),
            "");
}

TEST(ValidateDomainTest, WantsSoaAndNsAtTheApex) {
  EXPECT_EQ(Problems("", {}, ""),
            "spec.zone_file: has no SOA record at the zone's name\n"
            "spec.zone_file: has no NS record at the zone's name\n");
  EXPECT_EQ(Problems("@ 60 SOA ns host 2 2 3 4 5\n"),
            "spec.zone_file line 4: is a second SOA record\n");
}

TEST(ValidateDomainTest, NamesTheLineOfEachBrokenRule) {
  const struct {
    const char *text, *want;
  } kRows[] = {
      {"www.example. 60 A 10.0.0.1", "www.example lies outside the zone live.example"},
      {"a 60 SOA ns host 1 2 3 4 5",
       "has an SOA record at a.live.example: only the zone's name may have one"},
      {"a 60 TYPE255 \\# 0", "type ANY is no data"},
      {"a 60 DNAME b", "DNAME is not served"},
      {"*.a 60 NS b.example.", "delegates a wildcard (RFC 4592 §4.2)"},
      {"b 60 NS nowhere", "name server nowhere.live.example has no address in this zone"},
      {"ns 61 A 10.0.0.2",
       "TTL 61 differs from 60 on line 3: the A records of ns.live.example share one (RFC 2181 "
       "§5.2)"},
      {"ns 60 CNAME x.", "name server ns.live.example is an alias (RFC 2181 §10.3)"},
      {"a 60 A bad", "does not parse as a record: Syntax error, could not parse the RR's rdata"},
      {"a 60 CNAME a", "CNAME of a.live.example leads to a circle"},
  };
  for (const auto& row : kRows) {
    const std::string problems = Problems(row.text);
    EXPECT_NE(problems.find(row.want), std::string::npos) << row.text << "\n" << problems;
    EXPECT_NE(problems.find("spec.zone_file line "), std::string::npos);
  }
}

TEST(ValidateDomainTest, CnameStandsAlone) {
  EXPECT_EQ(Problems("a 60 CNAME b\na 60 TXT x\n"),
            "spec.zone_file line 5: TXT stands beside a CNAME of a.live.example (line 4): a CNAME "
            "stands alone\n");
  EXPECT_EQ(Problems("a 60 CNAME b\na 60 CNAME c\n"),
            "spec.zone_file line 5: is a second CNAME of a.live.example\n");
}

TEST(ValidateDomainTest, NothingLivesBelowADelegationButGlue) {
  EXPECT_EQ(Problems("d 60 NS ns.d\nns.d 60 A 10.0.0.2\nx.d 60 TXT x\nd 60 TXT y\n", {"pull.d"}),
            "spec.zone_file line 6: TXT of x.d.live.example is never served: d.live.example is "
            "delegated\n"
            "spec.zone_file line 7: TXT of d.live.example is never served: d.live.example is "
            "delegated\n"
            "spec.scheduled_names[0].name: pull.d.live.example is never served: d.live.example is "
            "delegated\n");
}

TEST(ValidateDomainTest, RefusesAnRrSetThatFitsNoMessage) {
  std::string text;
  for (int i = 0; i < 300; ++i) absl::StrAppend(&text, "t 60 TXT ", std::string(200, 'a'), i, "\n");
  EXPECT_NE(Problems(text).find("bytes: the limit is 60000"), std::string::npos);
  text.clear();
  for (int i = 0; i < 200; ++i) {
    absl::StrAppend(&text, "d 60 NS a", i, ".", std::string(40, 'a'), ".example.\n");
  }
  EXPECT_NE(Problems(text).find("the NS records of d.live.example take"), std::string::npos);
}

TEST(ValidateDomainTest, ScheduledNamesAreUniqueAndWithoutStaticAddresses) {
  EXPECT_EQ(Problems("p 60 A 10.0.0.2\nq 60 CNAME p\n", {"p", "q", "r", "R", "x.", "..", "ok"}),
            "spec.scheduled_names[5].name: not a domain name: \"..\": has an empty label\n"
            "spec.scheduled_names[0].name: p.live.example has a static A record on line 4 of the "
            "zone file\n"
            "spec.scheduled_names[1].name: q.live.example has a static CNAME record on line 5 of "
            "the zone file\n"
            "spec.scheduled_names[3].name: r.live.example is spec.scheduled_names[2] already\n"
            "spec.scheduled_names[4].name: x lies outside the zone live.example\n");
}

TEST(ValidateDomainTest, NamesAZoneThatHasNoName) {
  EXPECT_EQ(ValidateDomain({"a..b", "", {}}).at(0).path, "name");
  EXPECT_EQ(ValidateDomain({".", "", {}}).at(0).path, "name");
}

}  // namespace
}  // namespace nearcast::scheduler::zone
