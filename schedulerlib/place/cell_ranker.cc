#include "schedulerlib/place/cell_ranker.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

namespace nearcast::scheduler {
namespace {

// From this many on it is not worth while to look for the classes that a change concerns.
constexpr size_t kChangedMax = 64;

// Where a node stands in the order, as one number: standing, cost, rung.
uint64_t OrderKey(Standing standing, int32_t cost_us, Rung rung) {
  return uint64_t{static_cast<uint8_t>(standing)} << 56 |
         uint64_t{static_cast<uint32_t>(cost_us)} << 8 | static_cast<uint8_t>(rung);
}

// Numbers for texts, in the order in which they come.
template <typename Key>
class Interned {
 public:
  uint32_t Add(const Key& key) {
    return ids_.try_emplace(key, static_cast<uint32_t>(ids_.size())).first->second;
  }
  bool Has(const Key& key) const { return ids_.contains(key); }
  size_t size() const { return ids_.size(); }

 private:
  absl::flat_hash_map<Key, uint32_t> ids_;
};

using Province = std::pair<std::string, std::string>;            // country, region
using City = std::tuple<std::string, std::string, std::string>;  // country, region, city
using Bond = std::pair<std::string, std::vector<std::string>>;   // ISP, announces

struct Site {
  uint32_t province = 0;
  uint32_t bond = 0;
  const Candidate* any = nullptr;  // one of its nodes: they are all alike here
};

// Nodes of a site that stand alike.
struct Bucket {
  uint32_t site = 0;
  Standing standing = Standing::kUsable;
  int32_t load_penalty_us = 0;
  std::vector<NodeIndex> nodes;  // ascending
};

// Cells that rank alike.
struct CellClass {
  const ipdb::Location* place = nullptr;  // of one of them
  uint32_t province = 0;
  uint32_t bond = 0;
  const MeasuredTable::Row* measured = nullptr;
  const ClientOverride* pins = nullptr;  // null when it names no nodes
  const OffNodes* off = nullptr;         // null when nothing is
};

class Ranker {
 public:
  explicit Ranker(const CellRankerInput& input)
      : input_(input), equal_cost_us_(input.nearness->equal_cost_us()) {
    if (!input.candidates.empty()) {
      place_of_.resize(input.candidates.back().node.value() + 1, UINT32_MAX);
    }
    AddSites();
    AddClasses();
  }

  std::vector<CellClass>& classes() { return classes_; }
  std::shared_ptr<const std::vector<uint32_t>> class_of_cell() const { return class_of_cell_; }

  RankingTerms TermsOf(const CellClass& cells) const {
    RankingTerms terms;
    terms.nearness = input_.nearness;
    terms.measured = cells.measured;
    if (cells.pins != nullptr) terms.pinned = cells.pins->nodes;
    terms.off = cells.off;
    return terms;
  }

  std::shared_ptr<const CellRanking> RankClass(const CellClass& cells) {
    all_off_ = cells.off != nullptr && cells.off->all;
    EstimateSites(cells);
    FindSpecials(cells);
    const uint64_t window = SetKeys();
    CellRanking ranking = Expand(SortedKeys(window), window);
    if (!specials_.empty()) MergeSpecials(cells, ranking);
    const size_t kept = std::max(input_.count, EquallyNear(ranking, equal_cost_us_));
    if (ranking.size() > kept) ranking.resize(kept);
    ranking.shrink_to_fit();
    for (const Ranked& special : specials_) {
      is_special_[special.node.value()] = false;
      specials_of_[bucket_of_[place_of_[special.node.value()]]] = 0;
    }
    return std::make_shared<const CellRanking>(std::move(ranking));
  }

  // Whether a change of `changed` may change the ranking of a class.
  bool Concerns(const CellClass& cells, const CellRanking& ranking,
                const std::vector<NodeIndex>& changed) const {
    if (ranking.size() < input_.count) return true;
    const Ranked& last = ranking.back();
    if (last.pinned) return true;
    for (const NodeIndex node : changed) {
      if (std::any_of(ranking.begin(), ranking.end(),
                      [node](const Ranked& ranked) { return ranked.node == node; })) {
        return true;
      }
      const Ranked now =
          RankOne(*cells.place, input_.candidates[place_of_[node.value()]], TermsOf(cells));
      if (now.pinned || now.standing < last.standing) return true;
      const int32_t reach_us = std::max(last.cost_us, ranking.front().cost_us + equal_cost_us_);
      if (now.standing == last.standing && now.cost_us <= reach_us) return true;
    }
    return false;
  }

 private:
  void AddSites() {
    std::map<std::tuple<uint32_t, std::string, uint32_t>, uint32_t> site_of;
    std::map<std::tuple<uint32_t, Standing, int32_t>, uint32_t> bucket_of;
    for (size_t i = 0; i < input_.candidates.size(); ++i) {
      const Candidate& c = input_.candidates[i];
      place_of_[c.node.value()] = static_cast<uint32_t>(i);
      const uint32_t province = node_provinces_.Add({c.location.country, c.location.region});
      if (province == province_sample_.size()) province_sample_.push_back(&c.location);
      const uint32_t bond = node_bonds_.Add({c.location.isp, c.announces});
      if (bond == bond_sample_.size()) bond_sample_.push_back(&c);
      cities_.insert({c.location.country, c.location.region, c.location.city});
      isps_.insert(c.location.isp);
      isps_.insert(c.announces.begin(), c.announces.end());
      const auto [site, is_new] = site_of.try_emplace({province, c.location.city, bond},
                                                      static_cast<uint32_t>(sites_.size()));
      if (is_new) sites_.push_back({province, bond, &c});
      const auto [bucket, is_first] = bucket_of.try_emplace(
          {site->second, c.standing, c.load_penalty_us}, static_cast<uint32_t>(buckets_.size()));
      if (is_first) buckets_.push_back({site->second, c.standing, c.load_penalty_us, {}});
      buckets_[bucket->second].nodes.push_back(c.node);
      bucket_of_.push_back(bucket->second);
    }
    is_special_.resize(place_of_.size(), false);
    specials_of_.resize(buckets_.size(), 0);
  }

  void AddClasses() {
    using Key = std::tuple<uint32_t, std::string, uint32_t, const void*, const void*, const void*>;
    absl::flat_hash_map<Key, uint32_t> class_of;
    const ClientTable& clients = *input_.clients;
    auto class_of_cell = std::make_shared<std::vector<uint32_t>>();
    class_of_cell->reserve(clients.cell_count());
    for (uint32_t cell = 0; cell < clients.cell_count(); ++cell) {
      const ipdb::Location& place = clients.location(ipdb::CellId(cell));
      CellClass one;
      one.place = &place;
      one.province = client_provinces_.Add(ProvinceKey(place));
      one.bond = client_bonds_.Add(BondKey(place));
      if (input_.measured != nullptr) one.measured = input_.measured->Find(place);
      const ClientOverride* override = clients.override_of(ipdb::CellId(cell));
      if (override != nullptr && !override->nodes.empty()) one.pins = override;
      if (input_.off != nullptr && !input_.off->Of(cell).empty()) one.off = &input_.off->Of(cell);
      const bool has_city = cities_.contains({place.country, place.region, place.city});
      const auto [at, is_new] = class_of.try_emplace(
          {one.province, has_city ? place.city : "", one.bond, one.measured, one.pins, one.off},
          static_cast<uint32_t>(classes_.size()));
      if (is_new) classes_.push_back(one);
      class_of_cell->push_back(at->second);
    }
    stretches_.resize(client_provinces_.size());
    links_.resize(client_bonds_.size());
    class_of_cell_ = std::move(class_of_cell);
  }

  // Regions that nothing tells apart from the rest of their country are the country. (China's have
  // coordinates of their own.)
  Province ProvinceKey(const ipdb::Location& place) const {
    const bool stands_out = place.country == "CN" ||
                            node_provinces_.Has({place.country, place.region}) ||
                            input_.nearness->Names(place);
    return {place.country, stands_out ? place.region : ""};
  }

  // ISPs that no node and no row of the matrix knows are one.
  std::pair<std::string, const IspFallback*> BondKey(const ipdb::Location& place) const {
    const IspFallback* row = input_.nearness->FallbackFor(place);
    const bool is_known = row != nullptr || place.isp.empty() || isps_.contains(place.isp);
    return {is_known ? place.isp : "?", row};
  }

  void EstimateSites(const CellClass& cells) {
    std::vector<Stretch>& stretches = stretches_[cells.province];
    if (stretches.empty()) {
      for (const ipdb::Location* node : province_sample_) {
        stretches.push_back(StretchBetween(*cells.place, *node, *input_.nearness));
      }
    }
    std::vector<IspLink>& links = links_[cells.bond];
    if (links.empty()) {
      for (const Candidate* node : bond_sample_) {
        links.push_back(
            LinkBetween(*cells.place, node->location.isp, node->announces, *input_.nearness));
      }
    }
    delays_.clear();
    for (const Site& site : sites_) {
      const Stretch& stretch = stretches[site.province];
      const std::string& city = cells.place->city;
      const bool same_city = stretch.kind == Stretch::Kind::kSameProvince && !city.empty() &&
                             city == site.any->location.city;
      delays_.push_back(
          CombineDelay(stretch, same_city, links[site.bond], input_.nearness->ladder()));
    }
  }

  // Nodes that do not cost or stand as their site's bucket does: pinned, measured from here, or
  // switched off.
  void FindSpecials(const CellClass& cells) {
    specials_.clear();
    if (cells.measured != nullptr) {
      for (const auto& [node, us] : *cells.measured) {
        Ranked* special = AddSpecial(node);
        if (special == nullptr) continue;
        special->cost_us += us - special->delay.us;
        special->delay.us = us;
        special->delay.measured = true;
      }
    }
    if (cells.off != nullptr) {
      for (const NodeIndex node : cells.off->nodes) {
        if (Ranked* special = AddSpecial(node)) {
          special->standing = std::max(special->standing, Standing::kOff);
        }
      }
    }
    if (cells.pins == nullptr) return;
    for (const NodeIndex node : cells.pins->nodes) {
      if (Ranked* special = AddSpecial(node)) special->pinned = true;
    }
  }

  // For the class that is ranked.
  Standing StandingOf(const Bucket& bucket) const {
    return all_off_ ? std::max(bucket.standing, Standing::kOff) : bucket.standing;
  }

  // With what its site costs; the same again for a node that is one already. Null for one that is no
  // candidate.
  Ranked* AddSpecial(NodeIndex node) {
    if (node.value() >= place_of_.size() || place_of_[node.value()] == UINT32_MAX) return nullptr;
    if (is_special_[node.value()]) {
      return &*std::find_if(specials_.begin(), specials_.end(),
                            [node](const Ranked& special) { return special.node == node; });
    }
    is_special_[node.value()] = true;
    const uint32_t at = bucket_of_[place_of_[node.value()]];
    ++specials_of_[at];
    const Bucket& bucket = buckets_[at];
    const Delay& delay = delays_[bucket.site];
    specials_.push_back({.node = node,
                         .delay = delay,
                         .standing = StandingOf(bucket),
                         .cost_us = delay.us + bucket.load_penalty_us});
    return &specials_.back();
  }

  // Sets the key of each bucket that has nodes beside special ones; returns the greatest key that may
  // count as equally near.
  uint64_t SetKeys() {
    uint64_t best = UINT64_MAX;
    keys_.clear();
    for (uint32_t i = 0; i < buckets_.size(); ++i) {
      const Bucket& bucket = buckets_[i];
      if (bucket.nodes.size() == specials_of_[i]) continue;
      const Delay& delay = delays_[bucket.site];
      keys_.push_back(
          {OrderKey(StandingOf(bucket), delay.us + bucket.load_penalty_us, delay.rung), i});
      best = std::min(best, keys_.back().first);
    }
    for (const Ranked& special : specials_) {
      if (special.pinned) continue;
      best = std::min(best, OrderKey(special.standing, special.cost_us, special.delay.rung));
    }
    return (best | 0xff) + (static_cast<uint64_t>(equal_cost_us_) << 8);
  }

  // The buckets that a ranking may need, in order. Each has a node at least.
  const std::vector<std::pair<uint64_t, uint32_t>>& SortedKeys(uint64_t window) {
    const size_t wanted = input_.count + specials_.size();
    const auto is_near = [window](const auto& key) { return key.first <= window; };
    uint64_t limit = UINT64_MAX;
    if (static_cast<size_t>(std::count_if(keys_.begin(), keys_.end(), is_near)) >= wanted) {
      limit = window;
    } else if (wanted < keys_.size()) {
      std::nth_element(keys_.begin(), keys_.begin() + static_cast<ptrdiff_t>(wanted), keys_.end());
      limit = std::max(window, keys_[wanted].first);
    }
    std::erase_if(keys_, [limit](const auto& key) { return key.first > limit; });
    std::sort(keys_.begin(), keys_.end());
    return keys_;
  }

  CellRanking Expand(const std::vector<std::pair<uint64_t, uint32_t>>& keys, uint64_t window) {
    const size_t wanted = input_.count + specials_.size();
    CellRanking ranking;
    for (size_t i = 0; i < keys.size();) {
      const uint64_t key = keys[i].first;
      if (ranking.size() >= wanted && key > window) break;
      const size_t tie_begin = ranking.size();
      size_t in_tie = 0;
      for (; i < keys.size() && keys[i].first == key; ++i, ++in_tie) {
        AddBucket(buckets_[keys[i].second], key > window ? wanted : SIZE_MAX, ranking);
      }
      if (in_tie < 2) continue;
      std::sort(ranking.begin() + static_cast<ptrdiff_t>(tie_begin), ranking.end(),
                [](const Ranked& a, const Ranked& b) { return a.node < b.node; });
    }
    return ranking;
  }

  void AddBucket(const Bucket& bucket, size_t nodes_max, CellRanking& ranking) const {
    const Delay& delay = delays_[bucket.site];
    for (const NodeIndex node : bucket.nodes) {
      if (is_special_[node.value()]) continue;
      if (nodes_max-- == 0) return;
      ranking.push_back({.node = node,
                         .delay = delay,
                         .standing = StandingOf(bucket),
                         .cost_us = delay.us + bucket.load_penalty_us});
    }
  }

  void MergeSpecials(const CellClass& cells, CellRanking& ranking) const {
    ranking.insert(ranking.end(), specials_.begin(), specials_.end());
    const auto pin_of = [&cells](const Ranked& ranked) {
      const auto& pins = cells.pins->nodes;
      return std::find(pins.begin(), pins.end(), ranked.node) - pins.begin();
    };
    std::sort(ranking.begin(), ranking.end(), [&pin_of](const Ranked& a, const Ranked& b) {
      if (a.standing != b.standing) return a.standing < b.standing;
      if (a.pinned != b.pinned) return a.pinned;
      if (a.pinned) return pin_of(a) < pin_of(b);
      return std::pair(OrderKey(a.standing, a.cost_us, a.delay.rung), a.node) <
             std::pair(OrderKey(b.standing, b.cost_us, b.delay.rung), b.node);
    });
  }

  const CellRankerInput& input_;
  const int32_t equal_cost_us_;

  // Of nodes.
  std::vector<uint32_t> place_of_;  // by NodeIndex: its place among the candidates
  Interned<Province> node_provinces_;
  Interned<Bond> node_bonds_;
  std::vector<const ipdb::Location*> province_sample_;  // by province
  std::vector<const Candidate*> bond_sample_;           // by bond
  absl::flat_hash_set<City> cities_;
  absl::flat_hash_set<std::string> isps_;
  std::vector<Site> sites_;
  std::vector<Bucket> buckets_;
  std::vector<uint32_t> bucket_of_;  // by place among the candidates

  // Of clients.
  Interned<Province> client_provinces_;
  Interned<std::pair<std::string, const IspFallback*>> client_bonds_;
  std::vector<CellClass> classes_;
  std::shared_ptr<const std::vector<uint32_t>> class_of_cell_;
  std::vector<std::vector<Stretch>> stretches_;  // by client's and node's province, when asked for
  std::vector<std::vector<IspLink>> links_;      // by client's and node's bond, likewise

  // Of the class that is ranked.
  bool all_off_ = false;
  std::vector<Delay> delays_;  // by site
  std::vector<std::pair<uint64_t, uint32_t>> keys_;
  std::vector<Ranked> specials_;
  std::vector<bool> is_special_;       // by NodeIndex; all false between classes
  std::vector<uint32_t> specials_of_;  // by bucket: how many of its nodes are; likewise
};

}  // namespace

size_t CellRankings::memory_bytes() const {
  size_t bytes = classes_.capacity() * sizeof(classes_[0]);
  if (class_of_cell_ != nullptr) bytes += class_of_cell_->capacity() * sizeof(uint32_t);
  for (const auto& ranking : classes_) {
    bytes += sizeof(CellRanking) + ranking->capacity() * sizeof(Ranked);
  }
  return bytes;
}

CellRankings RankCells(const CellRankerInput& input) {
  Ranker ranker(input);
  std::vector<std::shared_ptr<const CellRanking>> classes;
  for (const CellClass& cells : ranker.classes()) classes.push_back(ranker.RankClass(cells));
  return CellRankings(std::move(classes), ranker.class_of_cell());
}

CellRankings RankCellsAgain(const CellRankerInput& input, const CellRankings& previous,
                            const std::vector<NodeIndex>& changed) {
  Ranker ranker(input);
  if (changed.size() > kChangedMax || previous.class_count() != ranker.classes().size()) {
    return RankCells(input);
  }
  std::vector<std::shared_ptr<const CellRanking>> classes;
  for (uint32_t i = 0; i < previous.class_count(); ++i) {
    const CellClass& cells = ranker.classes()[i];
    const bool keeps = !ranker.Concerns(cells, *previous.of_class(i), changed);
    classes.push_back(keeps ? previous.of_class(i) : ranker.RankClass(cells));
  }
  return CellRankings(std::move(classes), ranker.class_of_cell());
}

}  // namespace nearcast::scheduler
