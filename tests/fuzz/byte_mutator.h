// ByteMutator: inputs that are nearly right, from seeds that are; the n-th is the same on every
// machine.
//
//   const ByteMutator mutator({seed_a, seed_b}, /*seed=*/1);
//   std::vector<uint8_t> input;
//   mutator.Mutate(17, &input);   // a seed with one to four changes
#ifndef TESTS_FUZZ_BYTE_MUTATOR_H_
#define TESTS_FUZZ_BYTE_MUTATOR_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nearcast {

// Any thread may use it.
class ByteMutator {
 public:
  using Bytes = std::vector<uint8_t>;

  // At least one of `seeds`, which may be empty. No input is longer than kBytesMax, if no seed is.
  ByteMutator(std::vector<Bytes> seeds, uint64_t seed);

  // Replaces `input` by the one of that number. No allocation once `input` has its capacity.
  void Mutate(uint64_t number, Bytes* input) const;

  static constexpr size_t kBytesMax = 4096;

 private:
  const std::vector<Bytes> seeds_;
  const uint64_t seed_;
};

}  // namespace nearcast

#endif  // TESTS_FUZZ_BYTE_MUTATOR_H_
