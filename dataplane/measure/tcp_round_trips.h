// TcpRoundTrips: round trips as TCP connects see them: the time from SYN to the answer.
//
// For an accepted connect it is the kernel's own figure (TCP_INFO's tcpi_rtt, which the handshake
// gives: RFC 6298 section 2.2), free of the time that this process waited for a processor; for a
// refused one (RST) the time until it was seen. No privileges are needed, and nothing is sent on
// the connection, which is closed at once.
#ifndef DATAPLANE_MEASURE_TCP_ROUND_TRIPS_H_
#define DATAPLANE_MEASURE_TCP_ROUND_TRIPS_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dataplane/measure/round_trips.h"

namespace nearcast::measure {

class TcpRoundTrips : public RoundTrips {
 public:
  TcpRoundTrips();
  ~TcpRoundTrips() override;

  void Begin(uint64_t id, const std::string& address, uint16_t port, int64_t timeout_ms) override;
  void Wait(int64_t wait_ms, const Done& done) override;
  void Wake() override;

 private:
  using Outcome = std::pair<uint64_t, std::optional<uint32_t>>;

  struct Connect {
    int fd = -1;
    int64_t began_us = 0;
    int64_t deadline_us = 0;
  };

  void Finish(uint64_t id, std::optional<uint32_t> us);

  int wake_fd_ = -1;
  std::map<uint64_t, Connect> connects_;
  std::vector<Outcome> ended_;  // not told yet
};

}  // namespace nearcast::measure

#endif  // DATAPLANE_MEASURE_TCP_ROUND_TRIPS_H_
