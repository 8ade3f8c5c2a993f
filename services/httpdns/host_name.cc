#include "services/httpdns/host_name.h"

#include <array>
#include <cstdint>

namespace nearcast::httpdns {

namespace {

constexpr std::array<bool, 256> kNameChars = [] {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[c] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[c] = true;
  table['-'] = true;
  table['_'] = true;
  return table;
}();

}  // namespace

bool IsHostName(absl::string_view name) {
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  if (name.empty() || name.size() > 253) return false;
  size_t label_bytes = 0;
  for (const char c : name) {
    if (c == '.') {
      if (label_bytes == 0) return false;
      label_bytes = 0;
      continue;
    }
    if (!kNameChars[static_cast<uint8_t>(c)] || ++label_bytes > 63) return false;
  }
  return label_bytes > 0;
}

absl::string_view TakeListItem(absl::string_view* list) {
  const size_t comma = list->find(',');
  const absl::string_view item = list->substr(0, comma);
  list->remove_prefix(comma == list->npos ? list->size() : comma + 1);
  return item;
}

}  // namespace nearcast::httpdns
