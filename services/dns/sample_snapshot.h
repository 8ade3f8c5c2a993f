// SampleSnapshot: a small world for tests of the DNS front, put together by hand.
//
// Clients: 14.0.0.0/8 and 240e::/20 are Guangdong, 202.96.0.0/16 is Beijing, the rest is unknown.
// pull.live.example and *.play.live.example (TTL 60): Guangdong gets 10.44.0.1, 10.44.0.2 and
// 2001:db8:44::1; Beijing gets 10.11.0.1 and 2001:db8:11::1; the rest gets 10.0.0.1 and
// 2001:db8::1. v4only.live.example has IPv4 alone. web.live.example (TTL 30) is as pull with an
// HTTPS record; so is mixed, but Beijing gets the alias live.example.vendor.example.
// *.stream.live.example gives each stream one of the three answers.
#ifndef SERVICES_DNS_SAMPLE_SNAPSHOT_H_
#define SERVICES_DNS_SAMPLE_SNAPSHOT_H_

#include <memory>

#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast::dns {

// The zone's text; see sample_snapshot.cc.
extern const char kSampleZone[];

std::shared_ptr<const scheduler::Snapshot> BuildSampleSnapshot();

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_SAMPLE_SNAPSHOT_H_
