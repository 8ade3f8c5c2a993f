#include "services/scheduler/rendered_cache.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace nearcast {
namespace {

using scheduler::LinePart;
using scheduler::PartKey;

PartKey Key(const std::string& text) {
  return {.text = text, .hash = absl::Hash<std::string>()(text)};
}

LinePart PartOf(const std::string& text, size_t size = 100) {
  LinePart part;
  part.inner = text;
  part.outer = std::string(size, 'x');
  return part;
}

std::string Ask(RenderedCache<LinePart>& cache, const std::string& text, size_t size = 100) {
  return cache.FindOrRender(Key(text), [&] { return PartOf(text, size); })->inner;
}

TEST(RenderedCacheTest, RendersOnceForAKey) {
  RenderedCache<LinePart> cache(1 << 20);
  EXPECT_EQ(Ask(cache, "a"), "a");
  EXPECT_EQ(Ask(cache, "b"), "b");
  const auto again = cache.FindOrRender(Key("a"), []() -> LinePart {
    ADD_FAILURE() << "it is there";
    return {};
  });
  EXPECT_EQ(again->inner, "a");
  EXPECT_EQ(cache.counters().misses, 2u);
  EXPECT_EQ(cache.counters().hits, 1u);
}

TEST(RenderedCacheTest, KeysWithOneHashKeepTheirOwnParts) {
  RenderedCache<LinePart> cache(1 << 20);
  const PartKey one = {.text = "one", .hash = 7};
  const PartKey other = {.text = "other", .hash = 7};
  cache.FindOrRender(one, [] { return PartOf("one"); });
  EXPECT_EQ(cache.FindOrRender(other, [] { return PartOf("other"); })->inner, "other");
  EXPECT_EQ(cache.FindOrRender(one, [] { return PartOf("wrong"); })->inner, "one");
}

TEST(RenderedCacheTest, StaysWithinItsBound) {
  constexpr size_t kBytes = 4 << 20;
  RenderedCache<LinePart> cache(kBytes);
  for (int i = 0; i < 10'000; ++i) Ask(cache, absl::StrCat("stream-", i), 4000);
  EXPECT_LE(cache.bytes(), kBytes + 64 * 5000);
  EXPECT_GT(cache.bytes(), kBytes / 4);
  EXPECT_GT(cache.counters().dropped, 5'000u);
}

TEST(RenderedCacheTest, WhatIsAskedForStaysWhileOthersGo) {
  RenderedCache<LinePart> cache(4 << 20);
  Ask(cache, "busy");
  for (int i = 0; i < 20'000; ++i) {
    Ask(cache, absl::StrCat("stream-", i), 2000);
    if (i % 10 == 0) Ask(cache, "busy");
  }
  const uint64_t misses = cache.counters().misses;
  Ask(cache, "busy");
  EXPECT_EQ(cache.counters().misses, misses);
}

TEST(RenderedCacheTest, ThreadsMayAskAtOnce) {
  RenderedCache<LinePart> cache(1 << 20);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache] {
      for (int i = 0; i < 2'000; ++i) {
        const std::string text = absl::StrCat("s", i % 300);
        EXPECT_EQ(Ask(cache, text, 1000), text);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(cache.counters().hits + cache.counters().misses, 8'000u);
}

}  // namespace
}  // namespace nearcast
