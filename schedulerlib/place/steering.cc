#include "schedulerlib/place/steering.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

// The slot of a client's network, the same for every address in it.
uint32_t SlotOfClient(const ipdb::IpAddress& client) {
  const uint64_t network = client.is_v4()
                               ? client.v4() >> (32 - kClientBitsV4)
                               : absl::Uint128High64(client.v6()) >> (64 - kClientBitsV6);
  return MixHash(kClientBitsV4, network) % kSteeringSlots;
}

// FNV-1a without regard to case, then mixed; as StableHash of the text in lower case.
uint32_t SlotOfStream(absl::string_view stream) {
  uint64_t hash = kStableHashSeed;
  for (const char c : stream) hash = ExtendStableHash(hash, absl::ascii_tolower(c));
  return FinishStableHash(hash) % kSteeringSlots;
}

}  // namespace

NameDecision DecideName(const CompiledName& name, const NameQuestion& question) {
  const SteeringMap& steering = *name.steering;
  const ipdb::IpAddress& client = question.client;
  uint32_t group_index = 0;
  NameDecision decision;
  if (client.is_v4()) {
    const auto match = steering.v4.Find(client.v4());
    group_index = match.value;
    decision.scope_bits = match.scope_bits;
  } else {
    const auto match = steering.v6.Find(client.v6());
    group_index = match.value;
    decision.scope_bits = match.scope_bits;
  }
  const AnswerGroup& group = steering.groups[group_index];
  uint32_t slot = 0;
  if (group.count > 1) {
    if (steering.spread == Spread::kClient) {
      slot = SlotOfClient(client);
      const uint8_t hashed_bits = client.is_v4() ? kClientBitsV4 : kClientBitsV6;
      decision.scope_bits = std::max(decision.scope_bits, hashed_bits);
    } else {
      slot = SlotOfStream(question.stream);
    }
  }
  decision.answer = &steering.answers[steering.slots[group.first + slot]];
  return decision;
}

}  // namespace nearcast::scheduler
