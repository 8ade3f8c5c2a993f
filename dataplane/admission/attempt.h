// Attempt: somebody at one of the node's doors who wants to publish or to play.
#ifndef DATAPLANE_ADMISSION_ATTEMPT_H_
#define DATAPLANE_ADMISSION_ATTEMPT_H_

#include <string>

namespace nearcast::admission {

// The URL that was used, taken apart, and who used it.
struct Attempt {
  std::string stream;          // app/name
  std::string path;            // "/app/name.flv"; of RTMP "/app/name"
  std::string path_signature;  // what signing/url_verifier.h takes from before the path
  std::string query;           // without '?'
  std::string host;            // as the peer named it; of RTMP without port
  std::string address;         // of the peer; with port where known
  std::string via;             // nodes that the stream was forwarded through, "a, b"
};

}  // namespace nearcast::admission

#endif  // DATAPLANE_ADMISSION_ATTEMPT_H_
