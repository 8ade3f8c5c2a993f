// WriteExplanation: why a viewer gets what it gets, for people to read. Pure.
//
//   Play of demo for 203.0.113.7, by revision 12
//
//   Steps
//     1. 203.0.113.7 is in CN/440000/440300 chinatelecom
//     2. ratio rule "default" gives the main line to own
//
//   Candidates
//        NODE         CDN  COST   RUNG               HEALTH  VERDICT
//     >  guangzhou-1  own  15 ms  same-province-isp  up      the cheapest
//        beijing-1    own  75 ms  across-isps        up      60 ms farther
//
//   Answer
//     http://127.0.0.11:8088/live/demo.flv
#ifndef TOOLS_NEARCASTCTL_EXPLANATION_TEXT_H_
#define TOOLS_NEARCASTCTL_EXPLANATION_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "nearcast/v1/admin.pb.h"
#include "tools/nearcastctl/table.h"

namespace nearcast::ctl {

// Candidates keep the order of the explanation: the scheduler's own. `question` is "Play of demo
// for 203.0.113.7".
std::string WriteExplanation(absl::string_view question, const v1::Explanation& explanation,
                             TextStyle style);

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_EXPLANATION_TEXT_H_
