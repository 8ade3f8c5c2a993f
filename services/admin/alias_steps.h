// AliasSteps: what becomes of an alias that a client gets, for explanations of scheduled names.
#ifndef SERVICES_ADMIN_ALIAS_STEPS_H_
#define SERVICES_ADMIN_ALIAS_STEPS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ipdb/ip_address.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "services/upstream/upstream.h"

namespace nearcast {

// Where `alias` leads `client`: to a scheduled name of ours, or upstream, with the subnet that is asked
// for and what is known of it now. `upstream` null: aliases are not resolved here. Asks nobody.
std::vector<std::string> AliasSteps(const scheduler::Snapshot& snapshot, absl::string_view alias,
                                    const ipdb::IpAddress& client,
                                    const upstream::Upstream* upstream);

}  // namespace nearcast

#endif  // SERVICES_ADMIN_ALIAS_STEPS_H_
