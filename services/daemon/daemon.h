// Daemon: the control plane, put together. Start opens the store, loads the IP database, publishes
// the first snapshot and only then opens its doors.
#ifndef SERVICES_DAEMON_DAEMON_H_
#define SERVICES_DAEMON_DAEMON_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/daemon/daemon_options.h"

namespace nearcast {

// Thread rule: one owner.
class Daemon {
 public:
  // Every error says what could not be opened and what to do.
  static absl::StatusOr<std::unique_ptr<Daemon>> Start(const DaemonOptions& options);

  // Stops in the reverse order of Start; calls in progress end first.
  ~Daemon();

  // Reads the IP database files again. An error leaves the old table in use.
  absl::Status ReloadPlaces();

  // Reads the certificates of HTTPS and DNS over TLS again; open connections go on. An error names
  // each that could not be used: its old one stays.
  absl::Status ReloadCertificates();

  // Forgets what is too old to be remembered. Call it every few seconds.
  void Sweep();

  // Where it listens, a door a line.
  std::string Describe() const;

 private:
  struct Parts;
  explicit Daemon(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace nearcast

#endif  // SERVICES_DAEMON_DAEMON_H_
