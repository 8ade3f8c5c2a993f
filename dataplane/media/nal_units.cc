#include "dataplane/media/nal_units.h"

#include <algorithm>

#include "dataplane/media/big_endian.h"

namespace nearcast::media {
namespace {

constexpr char kStartCode[] = {0, 0, 0, 1};

// The delimiter says "any slice types follow".
constexpr char kAvcDelimiter[] = {0, 0, 0, 1, 0x09, static_cast<char>(0xF0)};
constexpr char kHevcDelimiter[] = {0, 0, 0, 1, 0x46, 0x01, 0x50};

int TypeOf(Codec codec, absl::string_view unit) {
  const uint8_t first = ByteAt(unit, 0);
  return codec == Codec::kH264 ? first & 0x1F : first >> 1 & 0x3F;
}

bool IsDelimiter(Codec codec, int type) { return type == (codec == Codec::kH264 ? 9 : 35); }

// SPS alone decides: units that bring one bring what belongs to it.
bool IsSequenceParameterSet(Codec codec, int type) {
  return type == (codec == Codec::kH264 ? 7 : 33);
}

void AppendUnit(absl::string_view unit, std::string* out) {
  out->append(kStartCode, sizeof kStartCode);
  out->append(unit.data(), unit.size());
}

bool BringsParameterSets(const AccessUnitForm& form, absl::string_view units) {
  while (true) {
    const absl::string_view unit = TakeNalUnit(form.nal_length_bytes, &units);
    if (unit.empty()) return false;
    if (IsSequenceParameterSet(form.codec, TypeOf(form.codec, unit))) return true;
  }
}

}  // namespace

absl::string_view TakeNalUnit(int nal_length_bytes, absl::string_view* units) {
  const size_t prefix = static_cast<size_t>(nal_length_bytes);
  while (units->size() > prefix) {
    const uint64_t length = LoadBigEndian(*units, 0, nal_length_bytes);
    units->remove_prefix(prefix);
    const absl::string_view unit = units->substr(0, length);
    units->remove_prefix(unit.size());
    if (!unit.empty()) return unit;
  }
  *units = {};
  return {};
}

void AppendAnnexB(const AccessUnitForm& form, bool key, absl::string_view units, std::string* out) {
  absl::string_view rest = units;
  if (TakeNalUnit(form.nal_length_bytes, &rest).empty()) return;
  if (form.codec == Codec::kH264) {
    out->append(kAvcDelimiter, sizeof kAvcDelimiter);
  } else {
    out->append(kHevcDelimiter, sizeof kHevcDelimiter);
  }
  if (key && form.parameter_sets != nullptr && !BringsParameterSets(form, units)) {
    for (const std::string& set : *form.parameter_sets) AppendUnit(set, out);
  }
  while (true) {
    const absl::string_view unit = TakeNalUnit(form.nal_length_bytes, &units);
    if (unit.empty()) return;
    if (!IsDelimiter(form.codec, TypeOf(form.codec, unit))) AppendUnit(unit, out);
  }
}

}  // namespace nearcast::media
