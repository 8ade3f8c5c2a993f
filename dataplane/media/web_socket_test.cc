#include "dataplane/media/web_socket.h"

#include <random>
#include <string>

#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

std::string Masked(uint8_t first, absl::string_view payload) {
  std::string out = {static_cast<char>(first)};
  const size_t size = payload.size();
  if (size <= 125) {
    out += static_cast<char>(0x80 | size);
  } else if (size <= 0xFFFF) {
    out += {'\xFE', static_cast<char>(size >> 8), static_cast<char>(size & 0xFF)};
  } else {
    out += '\xFF';
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(uint64_t{size} >> shift);
  }
  const std::string mask = "\x11\x22\x33\x44";
  out += mask;
  for (size_t i = 0; i < size; ++i) out += static_cast<char>(payload[i] ^ mask[i % 4]);
  return out;
}

TEST(WebSocketTest, TheAcceptValueIsThatOfTheStandard) {
  EXPECT_EQ(WsAcceptOf("dGhlIHNhbXBsZSBub25jZQ==").value(), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_FALSE(WsAcceptOf("").ok());
  EXPECT_FALSE(WsAcceptOf("c2hvcnQ=").ok());
  EXPECT_FALSE(WsAcceptOf("!!!!IHNhbXBsZSBub25jZQ==").ok());
}

TEST(WebSocketTest, HeadersGrowWithTheirLength) {
  struct Case {
    size_t payload_bytes;
    std::string header;
  };
  const Case cases[] = {
      {0, std::string("\x82\x00", 2)},
      {125, "\x82\x7D"},
      {126, std::string("\x82\x7E\x00\x7E", 4)},
      {0xFFFF, "\x82\x7E\xFF\xFF"},
      {0x10000, std::string("\x82\x7F\0\0\0\0\0\x01\0\0", 10)},
  };
  for (const Case& c : cases) {
    char header[kWsHeaderBytesMax];
    const size_t size = WriteWsHeader(WsOpcode::kBinary, c.payload_bytes, header);
    EXPECT_EQ(std::string(header, size), c.header) << c.payload_bytes;
  }
}

TEST(WebSocketTest, PingsAreAnsweredAndMessagesPassedOverInAnyPieces) {
  const std::string input = Masked(0x81, "hello") + Masked(0x89, "are you there") +
                            Masked(0x02, std::string(70'000, 'x')) + Masked(0x8A, "") +
                            Masked(0x80, std::string(300, 'y')) + Masked(0x89, "");
  const std::string expected =
      EncodeWsFrame(WsOpcode::kPong, "are you there") + EncodeWsFrame(WsOpcode::kPong, "");
  std::mt19937 random(3);
  for (int round = 0; round < 50; ++round) {
    WsReader reader;
    std::string answers;
    for (size_t at = 0; at < input.size();) {
      const size_t size = std::min<size_t>(1 + random() % 4000, input.size() - at);
      const auto answer = reader.Read(absl::string_view(input).substr(at, size));
      ASSERT_TRUE(answer.ok()) << answer.status();
      answers += *answer;
      at += size;
    }
    EXPECT_EQ(answers, expected);
  }
}

TEST(WebSocketTest, ACloseEndsIt) {
  WsReader reader;
  EXPECT_EQ(reader.Read(Masked(0x88, "\x03\xE8")).status().code(), absl::StatusCode::kCancelled);
  EXPECT_FALSE(reader.Read(Masked(0x89, "")).ok());
}

TEST(WebSocketTest, WhatBreaksTheProtocolIsAnError) {
  const std::string cases[] = {
      std::string("\x81\x00", 2),                         // not masked
      Masked(0xC1, ""),                                   // reserved bit
      Masked(0x83, ""),                                   // reserved opcode
      Masked(0x8B, ""),                                   // reserved control opcode
      Masked(0x09, ""),                                   // fragmented ping
      Masked(0x89, std::string(126, 'x')),                // long ping
      std::string("\x82\xFF\xFF") + std::string(12, 'x')  // longer than 2^63
  };
  for (const std::string& input : cases) {
    WsReader reader;
    EXPECT_EQ(reader.Read(input).status().code(), absl::StatusCode::kInvalidArgument) << input;
  }
}

}  // namespace
}  // namespace nearcast::media
