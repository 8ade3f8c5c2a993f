// PreparedQuery: a query read and its name found, with the memory that its decision needs on the way.
//
//   for (i …) PrepareQuery(snapshot, packets[i], sources[i], prepared[i]);
//   for (i …) FetchDecision(prepared[i]);
//   for (i …) AnswerPrepared(snapshot, requests[i], prepared[i], out, counters);   // answer.h
//
// The search for a client looks into tables that no core's own cache holds: its directory, then its
// runs. Answered one by one, each query would wait for both. In a batch the wait of one is the work
// of the others. Thread rule: pure, but for the caches.
#ifndef SERVICES_DNS_PREPARED_QUERY_H_
#define SERVICES_DNS_PREPARED_QUERY_H_

#include <cstdint>
#include <span>

#include "ipdb/ip_address.h"
#include "schedulerlib/place/steering.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/zone/zone_set.h"
#include "services/dns/client_scope.h"
#include "services/dns/message.h"

namespace nearcast::dns {

struct PreparedQuery {
  Query query;
  QueryFault fault = QueryFault::kDrop;

  // For whom it is answered. Set if there is no fault.
  ClientScope client;

  // Where the question's name stands. Set if there is no fault and a question of class IN.
  scheduler::zone::Lookup found;

  // What decides, if that is known already; else null.
  const scheduler::SteeringMap* steering = nullptr;
};

// The types of a scheduled name that follow from the decision for the client.
bool IsDecided(uint16_t type);

// Replaces what `prepared` was. It points into the packet and the snapshot.
void PrepareQuery(const scheduler::Snapshot& snapshot, std::span<const uint8_t> packet,
                  const ipdb::IpAddress& source, PreparedQuery& prepared);

// The second step of the search. Changes nothing; may be left out.
void FetchDecision(const PreparedQuery& prepared);

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_PREPARED_QUERY_H_
