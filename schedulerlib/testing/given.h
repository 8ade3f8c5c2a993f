// Given: a small world in a few lines, for tests of decisions.
//
//   const auto snapshot = Given()
//                             .Own("own")
//                             .Node("gz", "CN/440000/440100/chinatelecom")
//                             .Node("bj", "CN/110000/110100/chinaunicom").Drained()
//                             .Network("10.1.0.0/16", "CN/440000/440100/chinatelecom")
//                             .Point("show", {"own"}, {"origin", "hd"})
//                             .Ratio("default", {{"own", 100}})
//                             .Snapshot();
//
// Places are "country/region/city/isp", where later parts may be left out. What a line does not say
// has a default that is valid. A typing error ends the test.
#ifndef SCHEDULERLIB_TESTING_GIVEN_H_
#define SCHEDULERLIB_TESTING_GIVEN_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "ipdb/ip_address.h"
#include "ipdb/location.h"
#include "ipdb/prefix_table.h"
#include "schedulerlib/live/node_live.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast::scheduler {

// "CN/440000/440100/chinatelecom", "CN///chinatelecom", "SG", "".
ipdb::Location Place(absl::string_view text);

// "192.0.2.1", "2001:db8::1".
ipdb::IpAddress Ip(absl::string_view text);

class Given {
 public:
  using Names = std::vector<std::string>;

  // A CDN of one's own with an flv template, addressed by node.
  Given& Own(const std::string& name);

  // A vendor's CDN with flv and hls templates, at push.NAME.example and pull.NAME.example.
  Given& Vendor(const std::string& name);

  // Of the CDN that was named last. Without addresses it gets 192.0.2.N and 2001:db8::N, N counting
  // from 1.
  Given& Node(const std::string& name, absl::string_view place, Names addresses = {});

  // Of the node that was named last.
  Given& Announces(Names isps);
  Given& Drained();
  Given& Down();
  Given& Loaded(double share);  // of a capacity of 1000 Mb/s

  // What the IP database says.
  Given& Network(absl::string_view prefix, absl::string_view place);

  // NAME.live.example.
  Given& ScheduledName(const std::string& name, const std::string& cdn, uint32_t answers = 2);

  // With a transcode template for each tier, by the tier's key; "hd5" is hd in H.265.
  Given& Point(const std::string& name, Names push_cdns, Names tiers = {"origin"});

  // Of the publish point that was named last.
  Given& StandsBy(Standby standby);
  Given& Policy(const std::string& default_tier, std::vector<GradeRule> by_grade = {});

  Given& Ratio(const std::string& name, std::vector<CdnWeight> main,
               std::vector<CdnWeight> backup = {}, RatioScope scope = {});

  // For what has no word here.
  Config& config() { return config_; }
  LiveView& live() { return live_; }

  std::shared_ptr<const ipdb::PrefixTable> Places() const;

  // Ends the test when the configuration is not valid.
  std::shared_ptr<const scheduler::Snapshot> Snapshot() const;

 private:
  Config config_;
  LiveView live_;
  std::vector<std::pair<std::string, std::string>> networks_;  // prefix, place
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_TESTING_GIVEN_H_
