// Carrier: which of a stream's two push lines carry it, from what is heard of their pushes.
//
// Hot standby pushes both lines all the time, cold standby the second only when the first has failed
// (seed 003). What was planned is carried on as long as it is not known to have failed.
#ifndef SCHEDULERLIB_STANDBY_CARRIER_H_
#define SCHEDULERLIB_STANDBY_CARRIER_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "schedulerlib/model/stream.h"

namespace nearcast::scheduler {

// Of one push line. kUnknown: it goes to a vendor, or to a node that nobody can watch.
enum class Heard : uint8_t { kUnknown, kYes, kNo };

// Whether the push line, by its place in stream.push_lines, is known to have failed: the other one
// alone carries. A line of cold standby that waits has not.
bool HasFailed(const Stream& stream, size_t line);

// Of a stream with two push lines. Of two that are pushed all the time, one that is lost gives way to
// one that nobody can watch, and counts again when it is heard. Where neither line is heard, or what
// decides is unknown, it stays as it is.
CarriedBy FindCarrier(const Stream& stream, Heard main, Heard backup);

// The push line, by its place in stream.push_lines, whose pictures viewers at that CDN get: the
// CDN's own, else that of the CDN that it fetches from, which is the first line that carries.
// Nothing when the CDN's own push has failed and the other goes elsewhere: it has no pictures.
std::optional<size_t> FeedOf(const Stream& stream, absl::string_view cdn);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STANDBY_CARRIER_H_
