// Descriptors: room for as many open files as the process will have, made before it has threads.
//
//   ReserveDescriptors(65'536);     // first thing in main
//
// Linux doubles the table of open files when it is full. In a process with threads that call then
// waits until no processor can be reading the old table, some 10 ms in which the thread that accepts
// connections does nothing else, at 256, 512, 1024 … of them.
#ifndef BASE_DESCRIPTORS_H_
#define BASE_DESCRIPTORS_H_

#include <cstdint>

namespace nearcast {

// Raises the limit of open files as far as the system lets, and makes the table long enough for
// `count` of them (8 bytes each) or for the limit, if that is less. Returns how many may be open.
uint64_t ReserveDescriptors(uint64_t count);

}  // namespace nearcast

#endif  // BASE_DESCRIPTORS_H_
