#include "dataplane/media/rtmp_handshake.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "dataplane/media/big_endian.h"

namespace nearcast::media {
namespace {

constexpr char kVersion = 3;          // 5.2.2
constexpr size_t kBlockBytes = 1536;  // C1, S1, C2, S2
constexpr size_t kDigestBytes = 32;
constexpr size_t kDigestPlaces = 728;  // 764 bytes less 4 of offset and 32 of digest

// Where the digest's 764-byte block may begin: behind time and version, or behind the equally long
// key block.
constexpr size_t kDigestBlocks[] = {772, 8};

// The version fields that ask for, and grant, the digest form; only being non-zero counts.
constexpr uint32_t kClientVersion = 0x09007C02;
constexpr uint32_t kServerVersion = 0x05000101;

// The keys are constants of the protocol: a phrase, and 32 bytes that follow both phrases.
constexpr absl::string_view kKeyTail(
    "\xF0\xEE\xC2\x4A\x80\x68\xBE\xE8\x2E\x00\xD0\xD1\x02\x9E\x7E\x57"
    "\x6E\xEC\x5D\x2D\x29\x80\x6F\xAB\x93\xB8\xE6\x36\xCF\xEB\x31\xAE",
    32);
constexpr absl::string_view kClientPhrase("Genuine Adobe Flash Player 001");
constexpr absl::string_view kServerPhrase("Genuine Adobe Flash Media Server 001");

std::string HmacSha256(absl::string_view key, absl::string_view data) {
  std::string digest(kDigestBytes, '\0');
  unsigned int size = 0;
  const unsigned char* const done =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(data.data()), data.size(),
           reinterpret_cast<unsigned char*>(digest.data()), &size);
  NC_CHECK(done != nullptr && size == kDigestBytes);
  return digest;
}

size_t DigestOffset(absl::string_view block, size_t digest_block) {
  size_t sum = 0;
  for (size_t i = 0; i < 4; ++i) sum += ByteAt(block, digest_block + i);
  return digest_block + 4 + sum % kDigestPlaces;
}

// The digest that belongs at `offset`: over all other bytes.
std::string DigestOf(absl::string_view block, size_t offset, absl::string_view phrase) {
  return HmacSha256(phrase,
                    absl::StrCat(block.substr(0, offset), block.substr(offset + kDigestBytes)));
}

struct Digest {
  size_t block;  // which of kDigestBlocks
  std::string bytes;
};

// The digest in C1 or S1, when it is right in either layout.
std::optional<Digest> FindDigest(absl::string_view block, absl::string_view phrase) {
  if (LoadBigEndian(block, 4, 4) == 0) return std::nullopt;
  for (const size_t digest_block : kDigestBlocks) {
    const size_t offset = DigestOffset(block, digest_block);
    std::string expected = DigestOf(block, offset, phrase);
    if (block.substr(offset, kDigestBytes) == expected) {
      return Digest{digest_block, std::move(expected)};
    }
  }
  return std::nullopt;
}

// `size` filler bytes: splitmix64 (Steele, Lea, Flood 2014) from *seed.
std::string Filler(size_t size, uint64_t* seed) {
  std::string bytes;
  while (bytes.size() < size) {
    uint64_t word = *seed += 0x9E3779B97F4A7C15;
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9;
    word = (word ^ word >> 27) * 0x94D049BB133111EB;
    AppendBigEndian(word ^ word >> 31, 8, &bytes);
  }
  bytes.resize(size);
  return bytes;
}

// C1 or S1: time 0, version, filler (5.2.3).
std::string BuildBlock(uint32_t version, uint64_t* seed) {
  std::string block(4, '\0');
  AppendBigEndian(version, 4, &block);
  return block + Filler(kBlockBytes - block.size(), seed);
}

void SignBlock(size_t digest_block, absl::string_view phrase, std::string* block) {
  const size_t offset = DigestOffset(*block, digest_block);
  block->replace(offset, kDigestBytes, DigestOf(*block, offset, phrase));
}

// C2 or S2 of the digest form: filler, and a digest keyed by the peer's digest.
std::string BuildAnswer(absl::string_view peer_digest, absl::string_view phrase, uint64_t* seed) {
  const std::string key = HmacSha256(absl::StrCat(phrase, kKeyTail), peer_digest);
  std::string answer = Filler(kBlockBytes - kDigestBytes, seed);
  return answer + HmacSha256(key, answer);
}

// Moves bytes from *input to *buffer until it holds `size`; whether it does.
bool Fill(size_t size, absl::string_view* input, std::string* buffer) {
  const size_t taken = std::min(size - std::min(size, buffer->size()), input->size());
  buffer->append(input->data(), taken);
  input->remove_prefix(taken);
  return buffer->size() >= size;
}

absl::Status CheckVersion(char version) {
  if (version == kVersion) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "RTMP handshake of version ", static_cast<uint8_t>(version), "; only 3 is spoken"));
}

}  // namespace

absl::Status ServerHandshake::Read(absl::string_view* input, std::string* output) {
  if (state_ == State::kC0C1) {
    if (!Fill(1, input, &buffer_)) return absl::OkStatus();
    NC_RETURN_IF_ERROR(CheckVersion(buffer_.front()));
    if (!Fill(1 + kBlockBytes, input, &buffer_)) return absl::OkStatus();
    Answer(output);
    buffer_.clear();
    state_ = State::kC2;
  }
  if (state_ == State::kC2 && Fill(kBlockBytes, input, &buffer_)) {
    buffer_ = std::string();
    state_ = State::kDone;
  }
  return absl::OkStatus();
}

void ServerHandshake::Answer(std::string* output) {
  const absl::string_view c1 = absl::string_view(buffer_).substr(1);
  const std::optional<Digest> digest = FindDigest(c1, kClientPhrase);
  output->push_back(kVersion);
  if (!digest) {
    form_ = HandshakeForm::kSimple;
    absl::StrAppend(output, BuildBlock(0, &seed_), c1);  // S2 echoes C1 (5.2.4)
    return;
  }
  form_ = HandshakeForm::kDigest;
  std::string s1 = BuildBlock(kServerVersion, &seed_);
  SignBlock(digest->block, kServerPhrase, &s1);
  absl::StrAppend(output, s1, BuildAnswer(digest->bytes, kServerPhrase, &seed_));
}

void ClientHandshake::Start(std::string* output) {
  const bool digest = form_ == HandshakeForm::kDigest;
  std::string c1 = BuildBlock(digest ? kClientVersion : 0, &seed_);
  if (digest) SignBlock(kDigestBlocks[0], kClientPhrase, &c1);
  output->push_back(kVersion);
  output->append(c1);
}

absl::Status ClientHandshake::Read(absl::string_view* input, std::string* output) {
  if (done_ || !Fill(1, input, &buffer_)) return absl::OkStatus();
  NC_RETURN_IF_ERROR(CheckVersion(buffer_.front()));
  if (!Fill(1 + 2 * kBlockBytes, input, &buffer_)) return absl::OkStatus();
  const absl::string_view s1 = absl::string_view(buffer_).substr(1, kBlockBytes);
  std::optional<Digest> digest;
  if (form_ == HandshakeForm::kDigest) digest = FindDigest(s1, kServerPhrase);
  answered_form_ = digest ? HandshakeForm::kDigest : HandshakeForm::kSimple;
  absl::StrAppend(output, digest ? BuildAnswer(digest->bytes, kClientPhrase, &seed_) : s1);
  buffer_ = std::string();
  done_ = true;
  return absl::OkStatus();
}

}  // namespace nearcast::media
