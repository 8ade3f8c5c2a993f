// Tasks: who runs independent pieces of work is the caller's choice, so that what computes needs no
// threads of its own.
//
//   void Compile(RunTasks run) { run(parts.size(), [&](size_t i) { CompilePart(i); }); }
//   Compile(RunInTurn);
//   Compile([](size_t count, Task task) { RunOnThreads(4, count, task); });
#ifndef BASE_TASKS_H_
#define BASE_TASKS_H_

#include <cstddef>

#include "absl/functional/function_ref.h"

namespace nearcast {

using Task = absl::FunctionRef<void(size_t index)>;

// Runs task(0) … task(count - 1), each once, in any order or at the same time, and returns when all
// are done.
using RunTasks = absl::FunctionRef<void(size_t count, Task task)>;

// On the caller's thread.
void RunInTurn(size_t count, Task task);

// On the caller's thread and at most `threads_max` - 1 others, which live as long as the call. Tasks
// begin in their order: the longest ones first end soonest.
void RunOnThreads(size_t threads_max, size_t count, Task task);

}  // namespace nearcast

#endif  // BASE_TASKS_H_
