#include "schedulerlib/place/draws.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

// About how many leaders each slot has: where so many nodes are equally near that some of these are
// surely among them, a draw looks at these alone.
constexpr double kLeaders = 512;

// The same for every table that knows the place, however it numbers its cells.
uint64_t HashOf(const ipdb::Location& place) {
  return StableHash(
      absl::StrCat(place.country, "/", place.region, "/", place.city, "/", place.isp));
}

// The score that about `wanted` of `count` nodes reach, whose weights sum up to `weight`: that
// -w / ln(h) > s has the probability 1 - exp(-w / s). 0 where most would have to.
double FloorOf(double wanted, double count, double weight) {
  return count > 2 * wanted ? -weight / count / std::log(1 - wanted / count) : 0;
}

uint64_t KeyOfSlot(uint32_t slot) {
  constexpr uint64_t kSlotSalt = 0x736c6f74;
  return MixHash(kSlotSalt, slot);
}

}  // namespace

Draws::Draws(const DrawTerms& terms, Draws* plain) : terms_(terms), plain_(plain) {
  hash_.reserve(terms.endpoints.size());
  weight_.reserve(terms.endpoints.size());
  for (const Endpoint* endpoint : terms.endpoints) {
    hash_.push_back(endpoint->hash);
    weight_.push_back(terms.by_load ? endpoint->load_weight : endpoint->weight);
  }
  is_near_.resize(terms.endpoints.size(), false);
  for (uint32_t i = 0; i < terms.rankings->class_count(); ++i) {
    const CellRanking& ranked = *terms.rankings->of_class(i);
    const size_t equal = EquallyNear(ranked, terms.equal_cost_us);
    equal_.push_back(equal);
    double weight = 0;
    for (size_t n = 0; n < equal; ++n) weight += weight_[ranked[n].node.value()];
    floor_.push_back(FloorOf(3.0 * terms.nodes_max, static_cast<double>(equal), weight));
  }
}

std::vector<NodeIndex> Draws::Draw(const CellRanking& ranked, size_t equal, double floor,
                                   uint64_t key) const {
  const auto score_above = [this, key](NodeIndex node, double at_least) {
    return RendezvousScoreAbove(key, hash_[node.value()], weight_[node.value()], at_least);
  };
  const auto location_of = [this](NodeIndex node) -> const ipdb::Location& {
    return LocationOf(node);
  };
  return NodeChooser(ranked, equal, score_above, location_of, floor)
      .Choose(terms_.nodes_max, terms_.diversity);
}

std::vector<NodeIndex> Draws::DrawCell(uint32_t cell) {
  const CellRanking& ranked = ranking(cell);
  const uint64_t key = HashOf(terms_.clients->location(ipdb::CellId(cell)));
  if (plain_ == nullptr) {
    return Draw(ranked, EquallyNearTo(cell), floor_[terms_.rankings->class_of(cell)], key);
  }
  const Nodes plain = plain_->OfCell(cell);
  std::vector<NodeIndex> drawn(plain.begin(), plain.end());
  if (drawn.size() < 2) return drawn;
  const auto score_above = [this, key](NodeIndex node, double at_least) {
    return RendezvousScoreAbove(key, hash_[node.value()], weight_[node.value()], at_least);
  };
  const auto location_of = [this](NodeIndex node) -> const ipdb::Location& {
    return LocationOf(node);
  };
  NodeChooser(ranked, EquallyNearTo(cell), score_above, location_of)
      .PutOtherSecond(terms_.nodes_max, drawn);
  return drawn;
}

Draws::Nodes Draws::OfCell(uint32_t cell) {
  if (of_cell_.empty()) {
    for (uint32_t i = 0; i < terms_.clients->cell_count(); ++i) of_cell_.Add(DrawCell(i));
  }
  return of_cell_.At(cell);
}

uint32_t Draws::ChoiceOf(uint32_t cell) {
  if (choice_of_.empty()) choice_of_.resize(terms_.rankings->class_count(), UINT32_MAX);
  uint32_t& of_class = choice_of_[terms_.rankings->class_of(cell)];
  if (of_class != UINT32_MAX) return of_class;
  const CellRanking& ranked = ranking(cell);
  Choice choice{EquallyNearTo(cell), {}};
  for (const Ranked& one : ranked) {
    if (one.standing == ranked[0].standing) choice.second.push_back(one.node);
  }
  const auto [at, is_new] =
      choices_.try_emplace(std::move(choice), static_cast<uint32_t>(choices_.size()));
  if (is_new) DrawSlots(terms_.rankings->class_of(cell));
  of_class = at->second;
  return of_class;
}

void Draws::DrawSlots(uint32_t of_class) {
  const CellRanking& ranked = *terms_.rankings->of_class(of_class);
  const size_t equal = equal_[of_class];
  if (leaders_.empty()) FindLeaders();
  // Twice as many as are needed stand among the leaders on average.
  const bool by_leaders = static_cast<double>(equal) * kLeaders >
                          2.0 * terms_.nodes_max * static_cast<double>(near_somewhere_);
  for (size_t i = 0; by_leaders && i < equal; ++i) is_near_[ranked[i].node.value()] = true;
  std::vector<NodeIndex> drawn;
  for (uint32_t slot = 0; slot < kSteeringSlots; ++slot) {
    if (!by_leaders || !DrawFromLeaders(slot, drawn)) drawn = DrawSlot(ranked, equal, slot);
    of_slot_.Add(drawn);
  }
  for (size_t i = 0; by_leaders && i < equal; ++i) is_near_[ranked[i].node.value()] = false;
}

std::vector<NodeIndex> Draws::DrawSlot(const CellRanking& ranked, size_t equal, uint32_t slot) {
  scores_.resize(terms_.endpoints.size());
  const auto score_above = [this, slot](NodeIndex node, double) { return ScoresOf(node)[slot]; };
  const auto location_of = [this](NodeIndex node) -> const ipdb::Location& {
    return LocationOf(node);
  };
  return NodeChooser(ranked, equal, score_above, location_of)
      .Choose(terms_.nodes_max, terms_.diversity);
}

const std::vector<double>& Draws::ScoresOf(NodeIndex node) {
  std::vector<double>& scores = scores_[node.value()];
  if (!scores.empty()) return scores;
  scores.reserve(kSteeringSlots);
  for (uint32_t slot = 0; slot < kSteeringSlots; ++slot) {
    scores.push_back(RendezvousScore(KeyOfSlot(slot), hash_[node.value()], weight_[node.value()]));
  }
  return scores;
}

bool Draws::DrawFromLeaders(uint32_t slot, std::vector<NodeIndex>& drawn) const {
  drawn.clear();
  bool has_other = terms_.diversity == Diversity::kAny;  // or no need of one
  for (const NodeIndex node : leaders_.At(slot)) {
    if (!is_near_[node.value()]) continue;
    if (has_other) {
      drawn.push_back(node);
    } else if (drawn.empty() || LocationOf(node) == LocationOf(drawn[0])) {
      if (drawn.size() < terms_.nodes_max) drawn.push_back(node);
    } else {
      drawn.insert(drawn.begin() + 1, node);
      drawn.resize(std::min<size_t>(drawn.size(), terms_.nodes_max));
      has_other = true;
    }
    if (has_other && drawn.size() == terms_.nodes_max) return true;
  }
  return false;
}

void Draws::FindLeaders() {
  std::vector<bool> is_one(terms_.endpoints.size(), false);
  for (uint32_t i = 0; i < terms_.rankings->class_count(); ++i) {
    const CellRanking& ranked = *terms_.rankings->of_class(i);
    for (size_t n = 0; n < equal_[i]; ++n) is_one[ranked[n].node.value()] = true;
  }
  std::vector<NodeIndex> nodes;
  double weight = 0;
  for (uint32_t i = 0; i < is_one.size(); ++i) {
    if (!is_one[i]) continue;
    nodes.push_back(NodeIndex(i));
    weight += weight_[i];
  }
  near_somewhere_ = nodes.size();
  const double floor = FloorOf(kLeaders, static_cast<double>(nodes.size()), weight);
  std::vector<std::pair<double, NodeIndex>> scored;
  std::vector<NodeIndex> leaders;
  for (uint32_t slot = 0; slot < kSteeringSlots; ++slot) {
    scored.clear();
    const uint64_t key = KeyOfSlot(slot);
    for (const NodeIndex node : nodes) {
      const double score =
          RendezvousScoreAbove(key, hash_[node.value()], weight_[node.value()], floor);
      if (score >= floor) scored.emplace_back(-score, node);
    }
    std::sort(scored.begin(), scored.end());
    leaders.clear();
    for (const auto& [score, node] : scored) leaders.push_back(node);
    leaders_.Add(leaders);
  }
}

}  // namespace nearcast::scheduler
