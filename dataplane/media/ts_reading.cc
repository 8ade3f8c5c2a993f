#include "dataplane/media/ts_reading.h"

#include "absl/strings/str_cat.h"
#include "dataplane/media/big_endian.h"
#include "dataplane/media/ts_packet.h"

namespace nearcast::media {
namespace {

int64_t ReadTimestamp(absl::string_view bytes, size_t at) {
  const uint64_t raw = LoadBigEndian(bytes, at, 5);
  return static_cast<int64_t>((raw >> 33 & 7) << 30 | (raw >> 17 & 0x7FFF) << 15 |
                              (raw >> 1 & 0x7FFF));
}

class Reader {
 public:
  Reader(std::map<uint16_t, uint8_t>* continuity, TsReading* reading)
      : continuity_(continuity), reading_(reading) {}

  void Read(absl::string_view packet) {
    if (packet[0] != 0x47) return Fail("no sync byte");
    const uint16_t pid = LoadBigEndian(packet, 1, 2) & 0x1FFF;
    const bool start = (ByteAt(packet, 1) & 0x40) != 0;
    const int control = ByteAt(packet, 3) >> 4;
    CheckContinuity(pid, ByteAt(packet, 3) & 0x0F, control);
    packet.remove_prefix(4);
    ReadPes pes;
    if (control >= 2) {
      ReadAdaptation(packet, &pes);
      packet.remove_prefix(ByteAt(packet, 0) + size_t{1});
    }
    if (control == 2) return;
    if (pid == 0 || pid == 0x1000) return ReadTable(pid, packet);
    if (start) {
      pes.pid = pid;
      ReadPesHeader(&packet, &pes);
      open_[pid] = reading_->packets.size();
      reading_->packets.push_back(pes);
    }
    if (open_.count(pid) == 0) return Fail("payload before its PES header");
    absl::StrAppend(&reading_->packets[open_[pid]].data, packet);
  }

 private:
  void Fail(const std::string& what) { reading_->errors.push_back(what); }

  void CheckContinuity(uint16_t pid, uint8_t counter, int control) {
    auto last = continuity_->find(pid);
    const uint8_t step = control == 2 ? 0 : 1;
    if (last != continuity_->end() && counter != ((last->second + step) & 0x0F)) {
      Fail(
          absl::StrCat("continuity of pid ", pid, ": ", int{last->second}, " then ", int{counter}));
    }
    (*continuity_)[pid] = counter;
  }

  void ReadAdaptation(absl::string_view packet, ReadPes* pes) {
    if (ByteAt(packet, 0) == 0) return;
    const uint8_t flags = ByteAt(packet, 1);
    pes->discontinuity = (flags & 0x80) != 0;
    pes->random_access = (flags & 0x40) != 0;
    if ((flags & 0x10) == 0) return;
    pes->pcr = static_cast<int64_t>(LoadBigEndian(packet, 2, 6) >> 15);
    reading_->pcrs.push_back(*pes->pcr);
  }

  void ReadTable(uint16_t pid, absl::string_view packet) {
    ++reading_->tables;
    packet.remove_prefix(ByteAt(packet, 0) + size_t{1});
    const size_t length = 3 + (LoadBigEndian(packet, 1, 2) & 0xFFF);
    if (TsCrc32(packet.substr(0, length)) != 0) Fail(absl::StrCat("CRC of pid ", pid));
    if (pid == 0) return;
    for (size_t at = 12; at + 4 < length;) {
      reading_->stream_types[LoadBigEndian(packet, at + 1, 2) & 0x1FFF] = ByteAt(packet, at);
      at += 5 + (LoadBigEndian(packet, at + 3, 2) & 0xFFF);
    }
  }

  void ReadPesHeader(absl::string_view* packet, ReadPes* pes) {
    if (LoadBigEndian(*packet, 0, 3) != 1) return Fail("no PES start code");
    pes->pts = pes->dts = ReadTimestamp(*packet, 9);
    if ((ByteAt(*packet, 7) & 0x40) != 0) pes->dts = ReadTimestamp(*packet, 14);
    packet->remove_prefix(9 + size_t{ByteAt(*packet, 8)});
  }

  std::map<uint16_t, uint8_t>* const continuity_;
  TsReading* const reading_;
  std::map<uint16_t, size_t> open_;
};

}  // namespace

TsReading ReadTs(absl::string_view bytes, std::map<uint16_t, uint8_t>* continuity) {
  TsReading reading;
  Reader reader(continuity, &reading);
  for (; bytes.size() >= kTsPacketBytes; bytes.remove_prefix(kTsPacketBytes)) {
    reader.Read(bytes.substr(0, kTsPacketBytes));
  }
  if (!bytes.empty()) reading.errors.push_back("bytes behind the last packet");
  return reading;
}

}  // namespace nearcast::media
