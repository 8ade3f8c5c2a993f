#include "services/dns/udp_server.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include "schedulerlib/snapshot/snapshot.h"
#include "services/dns/message.h"

namespace nearcast::dns {
namespace {

// Enough to spread the cost of a system call; with 64 the packets in flight no longer stay in the
// nearest cache, and each costs 5 % more.
constexpr size_t kBatchPackets = 16;

// What an unfragmented packet holds: longer queries are cut, and so get FORMERR. An odd number of
// cache lines, so that the slots do not compete for the same sets.
constexpr size_t kQueryBytesMax = 1472;

constexpr size_t kControlBytes = CMSG_SPACE(sizeof(in6_pktinfo));

void PinTo(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  // A core that has gone leaves the thread where it is.
  pthread_setaffinity_np(pthread_self(), sizeof(cores), &cores);
}

}  // namespace

// The packets in flight, as the kernel wants them described.
class UdpServer::Batch {
 public:
  Batch() {
    for (size_t i = 0; i < kBatchPackets; ++i) {
      in_pieces_[i] = {queries_[i].data(), kQueryBytesMax};
      in_[i].msg_hdr = {};
      in_[i].msg_hdr.msg_iov = &in_pieces_[i];
      in_[i].msg_hdr.msg_iovlen = 1;
      in_[i].msg_hdr.msg_name = &sources_[i];
      in_[i].msg_hdr.msg_control = controls_[i].data();
      out_[i].msg_hdr = {};
      out_[i].msg_hdr.msg_iov = &out_pieces_[i];
      out_[i].msg_hdr.msg_iovlen = 1;
      Reset(i);
    }
  }

  // At least one packet, or at most 0 as recvmmsg.
  int Receive(int fd) {
    for (int i = 0; i < received_; ++i) Reset(i);
    const int result = recvmmsg(fd, in_.data(), kBatchPackets, MSG_WAITFORONE, nullptr);
    received_ = result < 0 ? 0 : result;
    return result;
  }

  // `request` has what is the same for all.
  void Answer(const scheduler::Snapshot& snapshot, Request request, Counters& counters) {
    replies_ = 0;
    for (int i = 0; i < received_; ++i) {
      request.packet = {queries_[i].data(), in_[i].msg_len};
      request.source = AddressOf(sources_[i]);
      uint8_t* const reply = answers_[replies_].data();
      const size_t bytes = dns::Answer(snapshot, request, {reply, kUdpBytesMax}, counters);
      if (bytes > 0) AddReply(in_[i].msg_hdr, reply, bytes);
    }
  }

  // Returns how many could not be sent.
  int Send(int fd) {
    int failures = 0;
    for (int sent = 0; sent < replies_;) {
      const int result = sendmmsg(fd, out_.data() + sent, replies_ - sent, 0);
      if (result > 0) {
        sent += result;
      } else if (errno != EINTR) {
        // The first one of these cannot be sent; the others may.
        ++sent;
        ++failures;
      }
    }
    return failures;
  }

 private:
  void Reset(size_t i) {
    in_[i].msg_hdr.msg_namelen = sizeof(sockaddr_in6);
    in_[i].msg_hdr.msg_controllen = kControlBytes;
  }

  // To where the query came from, and from where it went to.
  void AddReply(msghdr& query, uint8_t* reply, size_t bytes) {
    out_pieces_[replies_] = {reply, bytes};
    msghdr& message = out_[replies_].msg_hdr;
    message.msg_name = query.msg_name;
    message.msg_namelen = query.msg_namelen;
    message.msg_control = query.msg_controllen > 0 ? query.msg_control : nullptr;
    message.msg_controllen = query.msg_controllen;
    if (query.msg_controllen > 0) ForgetInterface(query);
    ++replies_;
  }

  // Routes decide where an IPv4 reply leaves; only its address is fixed.
  static void ForgetInterface(msghdr& query) {
    cmsghdr* const control = CMSG_FIRSTHDR(&query);
    if (control == nullptr || control->cmsg_level != IPPROTO_IP) return;
    in_pktinfo destination;
    std::memcpy(&destination, CMSG_DATA(control), sizeof(destination));
    destination.ipi_ifindex = 0;
    std::memcpy(CMSG_DATA(control), &destination, sizeof(destination));
  }

  int received_ = 0;
  int replies_ = 0;
  std::array<mmsghdr, kBatchPackets> in_;
  std::array<mmsghdr, kBatchPackets> out_;
  std::array<iovec, kBatchPackets> in_pieces_;
  std::array<iovec, kBatchPackets> out_pieces_;
  std::array<sockaddr_in6, kBatchPackets> sources_;
  struct alignas(cmsghdr) Control : std::array<uint8_t, kControlBytes> {};
  std::array<Control, kBatchPackets> controls_;
  std::array<std::array<uint8_t, kQueryBytesMax>, kBatchPackets> queries_;
  std::array<std::array<uint8_t, kUdpBytesMax>, kBatchPackets> answers_;
};

UdpServer::UdpServer(Socket socket, const UdpOptions& options, const AnswerOptions* answer_options,
                     const SnapshotHolder<scheduler::Snapshot>* snapshots, const Clock* clock)
    : socket_(std::move(socket)),
      answer_options_(answer_options),
      snapshots_(snapshots),
      clock_(clock),
      limiter_(options.limits),
      thread_([this, core = options.core] {
        if (core.has_value()) PinTo(*core);
        Run();
      }) {}

void UdpServer::Stop() {
  if (!thread_.joinable()) return;
  stopping_.store(true);
  // Linux wakes the receivers of an unconnected UDP socket as well, though it then says ENOTCONN.
  shutdown(socket_.fd(), SHUT_RD);
  thread_.join();
}

void UdpServer::Run() {
  SnapshotHolder<scheduler::Snapshot>::Reader reader(snapshots_);
  const auto batch = std::make_unique<Batch>();
  while (!stopping_.load(std::memory_order_relaxed)) {
    const int received = batch->Receive(socket_.fd());
    // One snapshot for the batch; asked for even when nothing came, so that an idle thread keeps no
    // old one alive.
    const scheduler::Snapshot& snapshot = reader.Get();
    if (received <= 0) {
      if (received < 0 && errno != EAGAIN && errno != EINTR) poll(nullptr, 0, 10);
      continue;
    }
    if (stopping_.load(std::memory_order_relaxed)) return;
    limiter_.SetNow(clock_->Monotonic());
    const Request request = {.packet = {},
                             .source = {},
                             .transport = Transport::kUdp,
                             .now_s = static_cast<uint32_t>(absl::ToUnixSeconds(clock_->Now())),
                             .options = answer_options_,
                             .limiter = &limiter_};
    batch->Answer(snapshot, request, counters_);
    transport_counters_.udp_send_failures.Add(batch->Send(socket_.fd()));
  }
}

}  // namespace nearcast::dns
