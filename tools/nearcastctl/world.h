// World: what a command sees of the process around it, so that a test can be that process.
#ifndef TOOLS_NEARCASTCTL_WORLD_H_
#define TOOLS_NEARCASTCTL_WORLD_H_

#include <iosfwd>
#include <string>

#include "absl/time/time.h"
#include "tools/nearcastctl/table.h"

namespace nearcast::ctl {

struct World {
  std::istream* in = nullptr;
  std::ostream* out = nullptr;
  std::ostream* err = nullptr;
  TextStyle style = TextStyle::kPlain;

  // Where calls go unless --server says otherwise.
  std::string server = "127.0.0.1:7070";
  absl::Duration deadline = absl::Seconds(10);

  // Who changes things unless --author says otherwise.
  std::string user;
  absl::Time now;

  // A text that nobody has used before, for calls that must not be done twice.
  std::string request_id;
};

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_WORLD_H_
