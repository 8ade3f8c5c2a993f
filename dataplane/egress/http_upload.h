// HttpUpload: a request whose body goes on and on, for somebody else to take (ingest/flv_upload.h).
#ifndef DATAPLANE_EGRESS_HTTP_UPLOAD_H_
#define DATAPLANE_EGRESS_HTTP_UPLOAD_H_

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <string>

#include "absl/status/status.h"

namespace nearcast::egress {

struct HttpUpload {
  std::string path;            // without the signature before it
  std::string path_signature;  // admission/attempt.h
  std::string query;           // without '?'
  std::string host;
  std::string peer_address;  // with port
  bool expects_continue = false;

  // The request, its header read and its body not. They live as long as Take runs.
  boost::beast::tcp_stream* connection = nullptr;
  boost::beast::flat_buffer* buffer = nullptr;
  boost::beast::http::request_parser<boost::beast::http::buffer_body>* parser = nullptr;
};

// Thread rule: belongs to one worker's thread.
class HttpUploadTaker {
 public:
  virtual ~HttpUploadTaker() = default;

  // Reads the body to its end. An error is told to the peer as the response's status, which is sent
  // by the caller; the connection is closed after it.
  virtual boost::asio::awaitable<absl::Status> Take(HttpUpload upload) = 0;
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_HTTP_UPLOAD_H_
