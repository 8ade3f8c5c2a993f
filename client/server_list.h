// ServerList: which service address to ask. One that answers is kept; one that fails is left for
// the next, in a ring. Not thread-safe; no I/O.
#ifndef CLIENT_SERVER_LIST_H_
#define CLIENT_SERVER_LIST_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"

namespace nearcast::client {

class ServerList {
 public:
  // `urls` is not empty.
  explicit ServerList(std::vector<std::string> urls) : urls_(std::move(urls)) {
    NC_CHECK(!urls_.empty());
  }

  // The index of the one to ask now.
  size_t current() const { return current_; }
  const std::string& url(size_t index) const { return urls_[index]; }

  // `failed` did not answer. Two callers who saw the same failure move on once.
  void Leave(size_t failed) {
    if (failed == current_) current_ = (current_ + 1) % urls_.size();
  }

  // Begins with the first again: another network has other paths.
  void Restart() { current_ = 0; }

 private:
  std::vector<std::string> urls_;
  size_t current_ = 0;
};

}  // namespace nearcast::client

#endif  // CLIENT_SERVER_LIST_H_
