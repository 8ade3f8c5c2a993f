// ExpectGolden: a whole answer against the file that keeps it.
//
//   ExpectGolden("stream_data/own_node.json", answer);
//
// The files are data of the test. To write them anew after a change that is meant, and then to read
// the difference:
//
//   NEARCAST_WRITE_GOLDEN=1 bazel run //tests/golden:golden_test && git diff tests/golden
#ifndef TESTS_GOLDEN_GOLDEN_FILE_H_
#define TESTS_GOLDEN_GOLDEN_FILE_H_

#include <string>

namespace nearcast {

// `path` is below tests/golden. A line break follows the text in the file.
void ExpectGolden(const std::string& path, const std::string& text);

}  // namespace nearcast

#endif  // TESTS_GOLDEN_GOLDEN_FILE_H_
