// PartKey: everything that a rendered text is made of, as one text; equal keys, equal renderings.
#ifndef SCHEDULERLIB_STREAM_PART_KEY_H_
#define SCHEDULERLIB_STREAM_PART_KEY_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace nearcast::scheduler {

struct PartKey {
  std::string text;
  uint64_t hash = 0;

  bool operator==(const PartKey& other) const { return hash == other.hash && text == other.text; }
};

inline PartKey KeyOfText(std::string text) {
  const uint64_t hash = absl::Hash<absl::string_view>()(text);
  return {.text = std::move(text), .hash = hash};
}

inline void AppendNumber(uint64_t number, std::string& key) {
  key.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

// With its length, so that no two lists of texts give one key.
inline void AppendWhole(absl::string_view text, std::string& key) {
  AppendNumber(text.size(), key);
  key.append(text.data(), text.size());
}

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_PART_KEY_H_
