// One row for each way in which a message can be odd or broken: its bytes, and the exact RCODE.
// Sources: RFC 1035 §4, RFC 2181 §5, RFC 6891 §6.1, RFC 7871 §6 and §7, RFC 7873 §5.2, RFC 8906,
// RFC 9619.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/dns/answer.h"
#include "services/dns/decoded_message.h"
#include "services/dns/message.h"
#include "services/dns/sample_snapshot.h"

namespace nearcast::dns {
namespace {

// Words → bytes: 'label' with its length before it, hex digits as they stand, and "61*63" for an
// octet many times.
std::vector<uint8_t> Bytes(const std::string& text) {
  std::vector<uint8_t> bytes;
  for (const absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    if (word.front() == '\'') {
      bytes.push_back(static_cast<uint8_t>(word.size() - 2));
      bytes.insert(bytes.end(), word.begin() + 1, word.end() - 1);
      continue;
    }
    const std::vector<absl::string_view> parts = absl::StrSplit(word, '*');
    const std::string octets = absl::HexStringToBytes(parts[0]);
    int times = 1;
    EXPECT_TRUE(parts.size() == 1 || absl::SimpleAtoi(parts[1], &times)) << word;
    for (; times > 0; --times) bytes.insert(bytes.end(), octets.begin(), octets.end());
  }
  return bytes;
}

std::string Hex16(size_t number) { return absl::StrCat(absl::Hex(number, absl::kZeroPad4)); }

// A query's header with these counts.
std::string Head(size_t questions, size_t answers = 0, size_t authority = 0,
                 size_t additional = 0) {
  return absl::StrCat("1234 0000 ", Hex16(questions), " ", Hex16(answers), " ", Hex16(authority),
                      " ", Hex16(additional), " ");
}

const char kSoa[] = "'live' 'example' 00 0006 0001 ";  // a question: live.example SOA
const char kOpt[] = "00 0029 04d0 00000000 0000 ";     // an OPT record without options
const char kRecord[] = "c00c 0001 0001 00000000 0000 ";

// live.example SOA with an OPT record of these options, in hex.
std::string WithOptions(const std::string& options) {
  return absl::StrCat(Head(1, 0, 0, 1), kSoa, "00 0029 04d0 00000000 ",
                      Hex16(Bytes(options).size()), " ", options);
}

std::string WithOption(int code, const std::string& value) {
  return WithOptions(
      absl::StrCat(Hex16(static_cast<size_t>(code)), " ", Hex16(Bytes(value).size()), " ", value));
}

struct Row {
  const char* what;
  std::string bytes;
  // RCODE and flags, then "question" and "edns" if they are in the reply, and an extended error.
  std::string want;
};

class MalformedQueryTest : public testing::Test {
 protected:
  std::string Ask(const std::vector<uint8_t>& packet, Transport transport) {
    const Request request = {
        .packet = packet, .source = *ipdb::ParseIpAddress("14.215.177.39"), .transport = transport};
    const size_t bytes = Answer(*snapshot_, request, out_, counters_);
    return Brief(MessageText(std::span<const uint8_t>(out_).first(bytes)));
  }

  static std::string Brief(const std::string& text) {
    const std::vector<std::string> parts = absl::StrSplit(text, "; ");
    if (parts.size() < 5) return text;
    std::string brief = parts[0];
    if (parts[1] != "-") brief += " question";
    if (parts.size() > 5) brief += " edns";
    if (parts.size() > 5 && absl::StrContains(parts[5], " ede ")) {
      absl::StrAppend(&brief, parts[5].substr(parts[5].find(" ede ")));
    }
    return brief;
  }

  // The same over all transports.
  void Check(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
      const std::vector<uint8_t> packet = Bytes(row.bytes);
      for (const Transport transport :
           {Transport::kUdp, Transport::kTcp, Transport::kTls, Transport::kHttps}) {
        EXPECT_EQ(Ask(packet, transport), row.want)
            << row.what << ", transport " << static_cast<int>(transport);
      }
    }
  }

  const std::shared_ptr<const scheduler::Snapshot> snapshot_ = BuildSampleSnapshot();
  std::vector<uint8_t> out_ = std::vector<uint8_t>(kTcpBytesMax);
  Counters counters_;
};

TEST_F(MalformedQueryTest, Headers) {
  Check({
      {"nothing", "", "no reply"},
      {"an ID alone", "1234", "no reply"},
      {"a header short of one octet", "1234 00*9", "no reply"},
      {"a response", absl::StrCat("1234 8000 0001 0000 0000 0000 ", kSoa), "no reply"},
      {"a response of another opcode", absl::StrCat("1234 f800 0001 0000*3 ", kSoa), "no reply"},
      {"a header alone that asks nothing", Head(0), "FORMERR"},
      {"a header alone that announces a question", Head(1), "FORMERR"},
      {"all flags of a query", absl::StrCat("1234 07ff 0001 0000*3 ", kSoa),
       "NOERROR aa rd question"},
      {"RCODE in a query", absl::StrCat("1234 000f 0001 0000*3 ", kSoa), "NOERROR aa question"},
  });
}

TEST_F(MalformedQueryTest, Counts) {
  const std::string soa = kSoa;
  Check({
      {"no question, but one follows", Head(0) + soa, "FORMERR"},
      {"two questions", Head(2) + soa + soa, "FORMERR"},
      {"two questions announced", Head(2) + soa, "FORMERR"},
      {"65,535 questions announced", Head(0xffff) + soa, "FORMERR"},
      {"an answer announced", Head(1, 1) + soa, "FORMERR question"},
      {"65,535 answers announced", Head(1, 0xffff) + soa, "FORMERR question"},
      {"65,535 records of each section announced", Head(1, 0xffff, 0xffff, 0xffff) + soa,
       "FORMERR question"},
      {"an OPT record announced", Head(1, 0, 0, 1) + soa, "FORMERR question"},
      {"one additional record too few", Head(1, 0, 0, 2) + soa + kOpt, "FORMERR question edns"},
      {"one additional record too many", Head(1) + soa + kOpt, "FORMERR question"},
      {"an octet too many", Head(1) + soa + "00", "FORMERR question"},
      {"an octet after OPT", Head(1, 0, 0, 1) + soa + kOpt + "00", "FORMERR question edns"},
      {"an answer in a query", Head(1, 1) + soa + kRecord, "NOERROR aa question"},
      {"an authority in a query", Head(1, 0, 1) + soa + kRecord, "NOERROR aa question"},
      {"OPT after another record", Head(1, 0, 0, 2) + soa + kRecord + kOpt,
       "NOERROR aa question edns"},
  });
}

TEST_F(MalformedQueryTest, QuestionNames) {
  const std::string type = " 0001 0001";
  const std::string longest_label = "3f 61*63 ";
  // 64 + 64 + 64 + 62 + 1 = 255 octets, the most (RFC 1035 §2.3.4).
  const std::string labels_255 = longest_label + longest_label + longest_label + "3d 61*61 00";
  const std::string labels_256 = longest_label + longest_label + longest_label + "3e 61*62 00";
  Check({
      {"the root", Head(1) + "00" + type, "REFUSED question"},
      {"255 octets", Head(1) + labels_255 + type, "REFUSED question"},
      {"256 octets", Head(1) + labels_256 + type, "FORMERR"},
      {"127 labels", Head(1) + "0161*127 00" + type, "REFUSED question"},
      {"128 labels", Head(1) + "0161*128 00" + type, "FORMERR"},
      {"a thousand labels", Head(1) + "0161*1000 00" + type, "FORMERR"},
      {"a label of 63", Head(1) + longest_label + "00" + type, "REFUSED question"},
      {"a label of 64", Head(1) + "40 61*64 00" + type, "FORMERR"},
      {"an extended label (RFC 2673)", Head(1) + "41 08 ff 00" + type, "FORMERR"},
      {"a label of the kind 10", Head(1) + "80 61 00" + type, "FORMERR"},
      {"a pointer at itself", Head(1) + "c00c" + type, "FORMERR"},
      {"a label, then a pointer at it", Head(1) + "'a' c00c" + type, "FORMERR"},
      {"a pointer forward", Head(1) + "c010" + type + " 'live' 00", "FORMERR"},
      {"a pointer into the header", Head(1) + "c000" + type, "FORMERR"},
      {"a pointer past the end", Head(1) + "ffff" + type, "FORMERR"},
      {"half a pointer", Head(1) + "c0", "FORMERR"},
      {"a name without end", Head(1) + "'live' 'example'", "FORMERR"},
      {"a label past the end", Head(1) + "3f 6161", "FORMERR"},
      {"a name without type", Head(1) + "'live' 'example' 00", "FORMERR"},
      {"a name with half a type", Head(1) + "'live' 'example' 00 00", "FORMERR"},
      {"a type without class", Head(1) + "'live' 'example' 00 0006", "FORMERR"},
      {"a type with half a class", Head(1) + "'live' 'example' 00 0006 00", "FORMERR"},
      {"octets of all values", Head(1) + "08 00ff2e5c0a0d2240 'live' 'example' 00" + type,
       "NXDOMAIN aa question"},
      {"a dot within a label", Head(1) + "'live.example' 00" + type, "REFUSED question"},
      {"capitals", Head(1) + "'LIVE' 'eXaMpLe' 00 0006 0001", "NOERROR aa question"},
      // 255 octets that end in a zone of ours.
      {"the longest name below a zone",
       Head(1) + longest_label + longest_label + longest_label + "30 61*48 'live' 'example' 00" +
           type,
       "NXDOMAIN aa question"},
  });
}

TEST_F(MalformedQueryTest, TypesClassesAndOpcodes) {
  const std::string name = "'live' 'example' 00 ";
  std::vector<Row> rows = {
      {"type 0", Head(1) + name + "0000 0001", "NOERROR aa question"},
      {"an unknown type", Head(1) + name + "fffe 0001", "NOERROR aa question"},
      {"type 65535", Head(1) + name + "ffff 0001", "NOERROR aa question"},
      {"OPT as a type", Head(1) + name + "0029 0001", "FORMERR question"},
      {"OPT as a type, with EDNS", Head(1, 0, 0, 1) + name + "0029 0001 " + kOpt,
       "FORMERR question edns ede 30"},
      {"AXFR", Head(1) + name + "00fc 0001", "REFUSED question"},
      {"IXFR", Head(1) + name + "00fb 0001", "REFUSED question"},
      {"ANY", Head(1) + name + "00ff 0001", "NOERROR aa question"},
      {"class 0", Head(1) + name + "0006 0000", "REFUSED question"},
      {"class CH", Head(1) + name + "0006 0003", "REFUSED question"},
      {"class HS", Head(1) + name + "0006 0004", "REFUSED question"},
      {"class NONE", Head(1) + name + "0006 00fe", "REFUSED question"},
      {"class ANY", Head(1) + name + "0006 00ff", "REFUSED question"},
      {"class 65535, with EDNS", Head(1, 0, 0, 1) + name + "0006 ffff " + kOpt,
       "REFUSED question edns ede 21"},
  };
  Check(rows);
  for (size_t opcode = 1; opcode < 16; ++opcode) {
    const std::string flags = Hex16(opcode << 11);
    const std::string notimp = absl::StrCat("NOTIMP opcode", opcode);
    Check({
        {"another opcode", absl::StrCat("1234 ", flags, " 0001 0000*3 ", kSoa),
         notimp + " question"},
        {"another opcode with EDNS", absl::StrCat("1234 ", flags, " 0001 0000*2 0001 ", kSoa, kOpt),
         notimp + " question edns"},
        {"another opcode, broken", absl::StrCat("1234 ", flags, " 0007 0000*3 ff"), notimp},
    });
  }
}

TEST_F(MalformedQueryTest, OtherRecords) {
  const std::string query = Head(1, 1) + kSoa;  // 30 octets, so owners begin at 0x1e
  const std::string rest = " 0001 0001 00000000 0000";
  Check({
      {"an owner that points at the question", query + "c00c" + rest, "NOERROR aa question"},
      {"a label, then a pointer back", query + "'a' c00c" + rest, "NOERROR aa question"},
      {"a pointer at itself", query + "c01e" + rest, "FORMERR question"},
      {"a pointer forward", query + "c020" + rest, "FORMERR question"},
      {"a pointer into the header", query + "c00b" + rest, "FORMERR question"},
      {"a label, then a pointer at it", query + "'a' c01e" + rest, "FORMERR question"},
      {"half a pointer", query + "c0", "FORMERR question"},
      {"an owner without end", query + "'a'", "FORMERR question"},
      {"an owner of 256 octets", query + "0161*128 00" + rest, "FORMERR question"},
      {"a label of 64", query + "40 61*64 00" + rest, "FORMERR question"},
      {"a record cut in its head", query + "c00c 0001 0001 0000", "FORMERR question"},
      {"RDATA past the end", query + "c00c 0001 0001 00000000 0001", "FORMERR question"},
      {"RDATA of 65,535 octets announced", query + "c00c 0001 0001 00000000 ffff",
       "FORMERR question"},
      {"RDATA that is no A", query + "c00c 0001 0001 00000000 0003 010203", "NOERROR aa question"},
      // RFC 8945 is not spoken here; an unknown record does not matter.
      {"TSIG", Head(1, 0, 0, 1) + kSoa + "00 00fa 00ff 00000000 0000", "NOERROR aa question"},
      {"SIG(0)", Head(1, 0, 0, 1) + kSoa + "00 0018 00ff 00000000 0000", "NOERROR aa question"},
  });
}

TEST_F(MalformedQueryTest, OptRecords) {
  const std::string query = Head(1, 0, 0, 1) + kSoa;
  Check({
      {"no options", query + kOpt, "NOERROR aa question edns"},
      {"two OPT records", Head(1, 0, 0, 2) + kSoa + kOpt + kOpt, "FORMERR question edns"},
      {"three, of which the last is broken", Head(1, 0, 0, 3) + kSoa + kOpt + kOpt + "00",
       "FORMERR question edns"},
      {"OPT among answers", Head(1, 1) + kSoa + kOpt, "FORMERR question"},
      {"OPT among authorities", Head(1, 0, 1) + kSoa + kOpt, "FORMERR question"},
      {"OPT of another owner", query + "c00c 0029 04d0 00000000 0000", "FORMERR question"},
      {"OPT of a pointer at the root", query + "c019 0029 04d0 00000000 0000", "FORMERR question"},
      {"RDATA past the end", query + "00 0029 04d0 00000000 0001", "FORMERR question"},
      {"cut in its head", query + "00 0029 04d0 0000", "FORMERR question"},
      {"size 0", query + "00 0029 0000 00000000 0000", "NOERROR aa question edns"},
      {"size 65,535", query + "00 0029 ffff 00000000 0000", "NOERROR aa question edns"},
      {"unknown flags", query + "00 0029 04d0 00007fff 0000", "NOERROR aa question edns"},
      {"upper bits of an RCODE", query + "00 0029 04d0 ff000000 0000", "NOERROR aa question edns"},
      {"version 1", query + "00 0029 04d0 00010000 0000", "BADVERS question edns"},
      {"version 255", query + "00 0029 04d0 00ff0000 0000", "BADVERS question edns"},
      {"version 1 and broken options", query + "00 0029 04d0 00010000 0003 000800",
       "BADVERS question edns"},
      {"version 1 and no question", Head(0, 0, 0, 1) + "00 0029 04d0 00010000 0000",
       "BADVERS edns"},
      {"half an option's head", WithOptions("000800"), "FORMERR question edns"},
      {"an option past the end", WithOptions("ffff 0005 00000000"), "FORMERR question edns"},
      {"an option of 65,535 octets announced", WithOptions("ffff ffff"), "FORMERR question edns"},
      {"an octet after the options", WithOptions("ffff 0000 00"), "FORMERR question edns"},
      {"an unknown option", WithOption(65001, "00*500"), "NOERROR aa question edns"},
      {"option 0", WithOption(0, ""), "NOERROR aa question edns"},
      {"a thousand options", WithOptions("ffff0000*1000"), "NOERROR aa question edns"},
      // RFC 7828 §3.2.1: ignored over UDP; over TCP a hint.
      {"keepalive", WithOption(11, "0064"), "NOERROR aa question edns"},
      {"NSID with data", WithOption(3, "61"), "NOERROR aa question edns"},
  });
}

TEST_F(MalformedQueryTest, ClientSubnets) {
  const std::string formerr = "FORMERR question edns";
  const std::string good = "NOERROR aa question edns";
  Check({
      {"/24", WithOption(8, "0001 18 00 010203"), good},
      {"/0", WithOption(8, "0001 00 00"), good},
      {"/32", WithOption(8, "0001 20 00 01020304"), good},
      {"/128", WithOption(8, "0002 80 00 2001*8"), good},
      {"nothing", WithOption(8, ""), formerr},
      {"three octets", WithOption(8, "000118"), formerr},
      {"family 0", WithOption(8, "0000 00 00"), formerr},
      {"family 3", WithOption(8, "0003 18 00 010203"), formerr},
      {"family 65535", WithOption(8, "ffff 00 00"), formerr},
      {"/33 of IPv4", WithOption(8, "0001 21 00 0102030400"), formerr},
      {"/255 of IPv4", WithOption(8, "0001 ff 00 01*32"), formerr},
      {"/129 of IPv6", WithOption(8, "0002 81 00 01*17"), formerr},
      {"an octet too few", WithOption(8, "0001 18 00 0102"), formerr},
      {"an octet too many", WithOption(8, "0001 18 00 01020300"), formerr},
      {"octets for /0", WithOption(8, "0001 00 00 00"), formerr},
      {"a bit after the prefix", WithOption(8, "0001 17 00 010203"), formerr},
      {"SCOPE in a query", WithOption(8, "0001 18 18 010203"), formerr},
      {"the second is broken", WithOptions("0008 0004 0001 00 00 0008 0001 ff"), good},
      {"the first is broken", WithOptions("0008 0001 ff 0008 0004 0001 00 00"), formerr},
  });
}

TEST_F(MalformedQueryTest, Cookies) {
  for (size_t bytes = 0; bytes <= 48; ++bytes) {
    const bool is_legal = bytes == 8 || (bytes >= 16 && bytes <= 40);
    Check({{"a cookie", WithOption(10, bytes == 0 ? "" : absl::StrCat("61*", bytes)),
            is_legal ? "NOERROR aa question edns" : "FORMERR question edns"}});
  }
}

TEST_F(MalformedQueryTest, EveryTruncationAndEveryOctetGetsAnAnswerThatDecodes) {
  const std::vector<uint8_t> good =
      Bytes(WithOptions("0008 0007 0001 18 00 0ed7b1 000a 0008 61*8 0003 0000 000c 0010 00*16"));
  ASSERT_EQ(Ask(good, Transport::kTls), "NOERROR aa question edns");
  const auto check = [&](const std::vector<uint8_t>& packet, size_t at) {
    const std::string reply = Ask(packet, Transport::kTls);
    const bool may_be_silent = packet.size() < kHeaderBytes || (packet[2] & 0x80) != 0;
    EXPECT_EQ(reply == "no reply", may_be_silent) << at;
    EXPECT_FALSE(absl::StartsWith(reply, "malformed")) << at << ": " << reply;
  };
  for (size_t size = 0; size < good.size(); ++size)
    check({good.begin(), good.begin() + size}, size);
  for (size_t at = 0; at < good.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::vector<uint8_t> packet = good;
      packet[at] = static_cast<uint8_t>(value);
      check(packet, at);
    }
  }
}

TEST_F(MalformedQueryTest, TheLargestMessagesAreReadToTheirEnd) {
  // An OPT record that fills a TCP frame to its 65,535 octets.
  const size_t room = kTcpBytesMax - Bytes(Head(1, 0, 0, 1) + kSoa).size() - 11 - 4;
  const std::string padding = absl::StrCat("000c ", Hex16(room), " 00*", room);
  EXPECT_EQ(Bytes(WithOptions(padding)).size(), kTcpBytesMax);
  // As many of the smallest records as fit, and one more announced than there are.
  const std::string records = "0000010001000000000000*5900";
  Check({
      {"padding of 64 KB", WithOptions(padding), "NOERROR aa question edns"},
      {"5,900 records", Head(1, 5900) + kSoa + records, "NOERROR aa question"},
      {"5,901 records announced", Head(1, 5901) + kSoa + records, "FORMERR question"},
      {"64 KB of zeros", "00*65535", "FORMERR"},
      {"64 KB of pointers", Head(1) + "c00c*32000", "FORMERR"},
  });
}

}  // namespace
}  // namespace nearcast::dns
