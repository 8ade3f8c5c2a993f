#include "schedulerlib/place/steering.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

// The slot of a client's network, the same for every address in it.
uint32_t SlotOfClient(const ipdb::IpAddress& client) {
  return MixHash(kClientBitsV4, NetworkOf(client)) % kSteeringSlots;
}

// Of the part of a divided group that the client is in.
uint32_t GroupOfPart(const SteeringMap& steering, const AnswerGroup& divided,
                     const ipdb::IpAddress& client) {
  const uint32_t* const slots = &steering.slots[divided.first];
  return slots[1 + steering.divisions->divisions[slots[0]].PartOf(client)];
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
  AnswerGroup group = steering.groups[group_index];
  uint32_t slot = 0;
  if (group.count == AnswerGroup::kDivided) [[unlikely]] {
    group = steering.groups[GroupOfPart(steering, group, client)];
    decision.scope_bits = std::max(decision.scope_bits, NetworkBits(client));
  }
  if (group.count > 1) {
    if (steering.spread == Spread::kClient) {
      slot = SlotOfClient(client);
      decision.scope_bits = std::max(decision.scope_bits, NetworkBits(client));
    } else {
      slot = SlotOfStream(question.stream);
    }
  }
  decision.answer = &steering.answers[steering.slots[group.first + slot]];
  return decision;
}

}  // namespace nearcast::scheduler
