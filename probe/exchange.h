// Exchange: one check as bytes: what to say to the node, and what its answer means. No socket, no
// clock.
//
//   auto exchange = MakeExchange(check);
//   std::string output;
//   exchange->Start(&output);                       // connected: send output
//   if (auto verdict = exchange->Read(bytes, &output)) …   // the node has said something
//   exchange->Close()                               // the node has closed
//   exchange->Lacking()                             // time is over: what did not come
#ifndef PROBE_EXCHANGE_H_
#define PROBE_EXCHANGE_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "nearcast/v1/node.pb.h"

namespace nearcast::probe {

// Empty = passed; else why not, for people.
using Verdict = std::string;

// Thread rule: one owner.
class Exchange {
 public:
  virtual ~Exchange() = default;

  // Appends what is sent first. A verdict when being connected is all that is asked for.
  virtual std::optional<Verdict> Start(std::string* output) = 0;

  // Takes all of `input`, appends what must be sent. Holds no more than a megabyte of it, or one
  // media frame of four.
  virtual std::optional<Verdict> Read(absl::string_view input, std::string* output) = 0;

  virtual Verdict Close() = 0;

  // "no keyframe", as in "no keyframe within 2 s".
  virtual std::string Lacking() const = 0;
};

// By check.type(); never null. A type that this version does not know fails at once.
std::unique_ptr<Exchange> MakeExchange(const v1::ProbePlan::Check& check);

}  // namespace nearcast::probe

#endif  // PROBE_EXCHANGE_H_
