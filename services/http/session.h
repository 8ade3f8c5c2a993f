// Session: one connection's way through its requests. Internal to services/http.
//
//   receive → head complete? → body complete? → handler → append the answer → next request in the
//   buffer
//      ^            no ↓                                                              none ↓
//      └──────────────┴───────────────────────── send all answers ───────────────────────┘
//
// Thread rule: everything runs on its worker's thread.
#ifndef SERVICES_HTTP_SESSION_H_
#define SERVICES_HTTP_SESSION_H_

#include "services/http/worker.h"

namespace nearcast::http {

// A ServeFunction: HTTP over bare TCP.
Task<void> ServePlain(int fd, ipdb::IpAddress client, Worker* worker);

// A ServeFunction: HTTP over TLS. The worker has a TlsContext.
Task<void> ServeTls(int fd, ipdb::IpAddress client, Worker* worker);

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_SESSION_H_
