// List flags that are given several times: all of them count, as one list.
//
//   --forward=a,b --hold=x --forward c   →  --forward=a,b,c --hold=x
//
// Abseil's own parser keeps the last alone. A flag is a list when it is an ABSL_FLAG of
// std::vector<std::string>. Those of a --flagfile are not joined.
#ifndef BASE_LIST_FLAGS_H_
#define BASE_LIST_FLAGS_H_

#include <vector>

namespace nearcast {

// absl::ParseCommandLine, and then the lists. At the beginning of main.
std::vector<char*> ParseFlagsWithLists(int argc, char** argv);

}  // namespace nearcast

#endif  // BASE_LIST_FLAGS_H_
