// KeptRequest: what HTTPDNS reads of a request, kept while the request waits: a request's own views
// end with its handler.
#ifndef SERVICES_HTTPDNS_KEPT_REQUEST_H_
#define SERVICES_HTTPDNS_KEPT_REQUEST_H_

#include <string>

#include "services/http/request.h"

namespace nearcast::httpdns {

class KeptRequest {
 public:
  // Without header fields, for no dialect reads any.
  explicit KeptRequest(const http::Request& request)
      : path_(request.path),
        query_(request.query),
        wildcard_(request.wildcard),
        body_(request.body) {
    request_.method = request.method;
    request_.path = path_;
    request_.query = query_;
    request_.wildcard = wildcard_;
    request_.body = body_;
    request_.client = request.client;
    request_.transport = request.transport;
    request_.worker = request.worker;
  }
  KeptRequest(const KeptRequest&) = delete;
  KeptRequest& operator=(const KeptRequest&) = delete;

  // Valid as long as this.
  const http::Request& request() const { return request_; }

 private:
  const std::string path_;
  const std::string query_;
  const std::string wildcard_;
  const std::string body_;
  http::Request request_;
};

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_KEPT_REQUEST_H_
