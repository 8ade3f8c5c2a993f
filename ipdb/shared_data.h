// Where the tests and benchmarks find data that is not part of the tree.
#ifndef IPDB_SHARED_DATA_H_
#define IPDB_SHARED_DATA_H_

#include <unistd.h>

#include <cstdlib>
#include <string>

namespace nearcast::ipdb {

// The path of a file below NEARCAST_SHARED (../shared unless set), or "" if it is not there.
inline std::string SharedDataPath(const std::string& relative) {
  const char* root = std::getenv("NEARCAST_SHARED");
  const std::string path = std::string(root != nullptr ? root : "../shared") + "/" + relative;
  return access(path.c_str(), R_OK) == 0 ? path : "";
}

}  // namespace nearcast::ipdb

#endif  // IPDB_SHARED_DATA_H_
