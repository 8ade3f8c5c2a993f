#include "schedulerlib/place/steering.h"

namespace nearcast::scheduler {

NameDecision DecideName(const CompiledName& name, const ipdb::IpAddress& client) {
  const SteeringMap& steering = *name.steering;
  if (client.is_v4()) {
    const auto match = steering.v4.Find(client.v4());
    return {&steering.answers[match.value], match.scope_bits};
  }
  const auto match = steering.v6.Find(client.v6());
  return {&steering.answers[match.value], match.scope_bits};
}

}  // namespace nearcast::scheduler
