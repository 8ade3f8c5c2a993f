#include "services/upstream/ares_channel.h"

#include <sys/time.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/check.h"

namespace nearcast::upstream {
namespace {

// c-ares keeps a count of its own.
const bool kLibraryReady = ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS;

absl::Status FailureOf(int status) {
  const std::string message = absl::StrCat("upstream: ", ares_strerror(status));
  if (status == ARES_ETIMEOUT) return absl::DeadlineExceededError(message);
  return absl::UnavailableError(message);
}

}  // namespace

absl::StatusOr<std::unique_ptr<AresChannel>> AresChannel::Open(const ServerOptions& options,
                                                               Carrier carrier) {
  NC_CHECK(kLibraryReady);
  std::unique_ptr<AresChannel> self(new AresChannel);
  ares_options ares = {};
  ares.flags = ARES_FLAG_IGNTC | (carrier == Carrier::kTcp ? ARES_FLAG_USEVC : 0);
  ares.timeout = static_cast<int>(absl::ToInt64Milliseconds(options.timeout));
  ares.tries = options.tries;
  ares.sock_state_cb = &OnSocketState;
  ares.sock_state_cb_data = self.get();
  const int wanted = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
  const int opened = ares_init_options(&self->channel_, &ares, wanted);
  if (opened != ARES_SUCCESS) {
    return absl::InternalError(absl::StrCat("cannot start c-ares: ", ares_strerror(opened)));
  }
  if (options.servers.empty()) return self;
  const std::string list = absl::StrJoin(options.servers, ",");
  if (ares_set_servers_ports_csv(self->channel_, list.c_str()) == ARES_SUCCESS) return self;
  return absl::InvalidArgumentError(
      absl::StrCat("upstream servers \"", list,
                   "\" cannot be read: write addresses with or without a port, as "
                   "192.0.2.53,192.0.2.54:5353,[2001:db8::53]:53"));
}

AresChannel::~AresChannel() {
  if (channel_ != nullptr) ares_destroy(channel_);
}

void AresChannel::OnSocketState(void* self, ares_socket_t fd, int readable, int writable) {
  auto& events = static_cast<AresChannel*>(self)->events_;
  if (readable == 0 && writable == 0) {
    events.erase(fd);
  } else {
    events[fd] = static_cast<short>((readable != 0 ? POLLIN : 0) | (writable != 0 ? POLLOUT : 0));
  }
}

void AresChannel::OnReply(void* pending, int status, int, unsigned char* reply, int bytes) {
  const std::unique_ptr<Callback> callback(static_cast<Callback*>(pending));
  if (status == ARES_EDESTRUCTION) return;
  if (status == ARES_SUCCESS) {
    (*callback)({.reply = {reply, static_cast<size_t>(bytes)}, .failure = {}});
  } else {
    (*callback)({.reply = {}, .failure = FailureOf(status)});
  }
}

void AresChannel::Send(std::span<const uint8_t> message, Callback callback) {
  auto pending = std::make_unique<Callback>(std::move(callback));
  ares_send(channel_, message.data(), static_cast<int>(message.size()), &OnReply,
            pending.release());
}

void AresChannel::AddPollFds(std::vector<pollfd>* fds) const {
  for (const auto& [fd, events] : events_) fds->push_back({fd, events, 0});
}

absl::Duration AresChannel::UntilTimeout(absl::Duration most) const {
  timeval limit = absl::ToTimeval(most);
  timeval room = {};
  const timeval* const left = ares_timeout(channel_, &limit, &room);
  return left == nullptr ? most : absl::DurationFromTimeval(*left);
}

void AresChannel::Process(std::span<const pollfd> fds) {
  for (const pollfd& fd : fds) {
    if (fd.revents == 0 || events_.count(fd.fd) == 0) continue;
    const bool readable = (fd.revents & (POLLIN | POLLERR | POLLHUP)) != 0;
    const bool writable = (fd.revents & POLLOUT) != 0;
    ares_process_fd(channel_, readable ? fd.fd : ARES_SOCKET_BAD,
                    writable ? fd.fd : ARES_SOCKET_BAD);
  }
  ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

}  // namespace nearcast::upstream
