#include "schedulerlib/split/plan.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coin/Clp_C_Interface.h"

namespace nearcast::scheduler {
namespace {

// Of the dearest CDN's price: only plans that cost the same are told apart by what moves.
constexpr double kMoveCost = 1e-4;

// As far as the solver counts: no bound.
constexpr double kOpen = std::numeric_limits<double>::max();

// A linear program that is built column by column: min cost · x, row bounds, x within its bounds.
class Program {
 public:
  int AddRow(double low, double high) {
    row_low_.push_back(low);
    row_high_.push_back(high);
    return static_cast<int>(row_low_.size()) - 1;
  }

  // `cells`: row and value.
  int AddColumn(double low, double high, double cost,
                const std::vector<std::pair<int, double>>& cells) {
    low_.push_back(low);
    high_.push_back(high);
    cost_.push_back(cost);
    for (const auto& [row, value] : cells) {
      rows_.push_back(row);
      values_.push_back(value);
    }
    starts_.push_back(static_cast<CoinBigIndex>(rows_.size()));
    return static_cast<int>(low_.size()) - 1;
  }

  // The best x.
  absl::StatusOr<std::vector<double>> Solve() const {
    const std::unique_ptr<Clp_Simplex, void (*)(Clp_Simplex*)> model(Clp_newModel(),
                                                                     Clp_deleteModel);
    Clp_setLogLevel(model.get(), 0);
    Clp_loadProblem(model.get(), static_cast<int>(low_.size()), static_cast<int>(row_low_.size()),
                    starts_.data(), rows_.data(), values_.data(), low_.data(), high_.data(),
                    cost_.data(), row_low_.data(), row_high_.data());
    Clp_initialSolve(model.get());
    switch (Clp_status(model.get())) {
      case 0:
        break;
      case 1:
        return absl::FailedPreconditionError(
            "the demand does not fit: raise a cap, allow a greater step, or plan for less");
      default:
        return absl::InternalError(
            absl::StrCat("the solver gave up with status ", Clp_status(model.get())));
    }
    const double* const x = Clp_primalColumnSolution(model.get());
    return std::vector<double>(x, x + low_.size());
  }

 private:
  std::vector<double> row_low_, row_high_;
  std::vector<double> low_, high_, cost_;
  std::vector<CoinBigIndex> starts_ = {0};
  std::vector<int> rows_;
  std::vector<double> values_;
};

void SetLoads(const std::vector<PlanCdn>& cdns, const std::vector<PlanRule>& rules, Plan& plan) {
  plan.mbps.assign(cdns.size(), 0);
  plan.billed_mbps.assign(cdns.size(), 0);
  plan.cost = 0;
  for (size_t cdn = 0; cdn < cdns.size(); ++cdn) {
    for (size_t rule = 0; rule < rules.size(); ++rule) {
      plan.mbps[cdn] += rules[rule].demand_mbps * plan.shares[rule][cdn];
    }
    plan.billed_mbps[cdn] = std::max(plan.mbps[cdn], cdns[cdn].commit_mbps);
    plan.cost += plan.billed_mbps[cdn] * cdns[cdn].price_per_mbps;
  }
}

// Bounds of one candidate's share. What is below the least share now may rise to it.
std::pair<double, double> ShareBounds(double now, const PlanTerms& terms) {
  const double high = std::min(1.0, now + terms.step_max);
  const double low = std::max(0.0, now - terms.step_max);
  return {std::min(std::max(low, terms.share_min), high), high};
}

}  // namespace

Plan PriceShares(const std::vector<PlanCdn>& cdns, const std::vector<PlanRule>& rules) {
  Plan plan;
  for (const PlanRule& rule : rules) plan.shares.push_back(rule.shares);
  SetLoads(cdns, rules, plan);
  return plan;
}

absl::StatusOr<Plan> PlanShares(const std::vector<PlanCdn>& cdns,
                                const std::vector<PlanRule>& rules, const PlanTerms& terms) {
  Program program;
  double dearest = 0;
  std::vector<int> load_rows;    // load ≤ cap
  std::vector<int> billed_rows;  // billed − load ≥ 0
  for (const PlanCdn& cdn : cdns) {
    dearest = std::max(dearest, cdn.price_per_mbps);
    load_rows.push_back(program.AddRow(-kOpen, cdn.cap_mbps > 0 ? cdn.cap_mbps : kOpen));
    billed_rows.push_back(program.AddRow(0, kOpen));
    program.AddColumn(cdn.commit_mbps, kOpen, cdn.price_per_mbps, {{billed_rows.back(), 1}});
  }
  const double move_cost = kMoveCost * (dearest > 0 ? dearest : 1);
  std::vector<std::vector<int>> columns(rules.size(), std::vector<int>(cdns.size(), -1));
  for (size_t r = 0; r < rules.size(); ++r) {
    const PlanRule& rule = rules[r];
    const int whole = program.AddRow(1, 1);
    for (size_t c = 0; c < cdns.size(); ++c) {
      if (rule.shares[c] <= 0) continue;
      // share = now + more − less
      const int moves = program.AddRow(rule.shares[c], rule.shares[c]);
      const auto [low, high] = ShareBounds(rule.shares[c], terms);
      columns[r][c] = program.AddColumn(low, high, 0,
                                        {{load_rows[c], rule.demand_mbps},
                                         {billed_rows[c], -rule.demand_mbps},
                                         {whole, 1},
                                         {moves, 1}});
      for (const double sign : {-1.0, 1.0}) {
        program.AddColumn(0, 1, move_cost * rule.demand_mbps, {{moves, sign}});
      }
    }
  }
  const absl::StatusOr<std::vector<double>> solved = program.Solve();
  if (!solved.ok()) return solved.status();
  Plan plan;
  for (size_t r = 0; r < rules.size(); ++r) {
    std::vector<double>& shares = plan.shares.emplace_back(cdns.size(), 0);
    for (size_t c = 0; c < cdns.size(); ++c) {
      if (columns[r][c] >= 0) shares[c] = std::clamp((*solved)[columns[r][c]], 0.0, 1.0);
    }
  }
  SetLoads(cdns, rules, plan);
  return plan;
}

std::vector<unsigned> SharesToWeights(const std::vector<double>& shares) {
  constexpr double kWhole = 1000;
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  std::vector<unsigned> weights(shares.size(), 0);
  if (sum <= 0) return weights;
  std::vector<size_t> order(shares.size());
  std::iota(order.begin(), order.end(), 0);
  unsigned given = 0;
  for (size_t i = 0; i < shares.size(); ++i) {
    weights[i] = static_cast<unsigned>(shares[i] / sum * kWhole);
    given += weights[i];
  }
  const auto remainder = [&](size_t i) { return shares[i] / sum * kWhole - weights[i]; };
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return remainder(a) > remainder(b); });
  for (size_t i = 0; given < kWhole && i < order.size(); ++i, ++given) ++weights[order[i]];
  for (size_t i = 0; i < shares.size(); ++i) {
    if (shares[i] > 0 && weights[i] == 0) weights[i] = 1;
  }
  return weights;
}

}  // namespace nearcast::scheduler
