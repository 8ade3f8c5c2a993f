"""A change is tried on a recorded day before it is made: who moves, what the ratio, the bandwidth and the cost become."""

import json
import os

import recorded_day
from demo_case import DemoCase, main

VIEWS = 1000000

# No relay runs: without this the nodes would be down after a few seconds of silence.
NODE = """
kind: Node
name: %s
spec:
  cdn: nearcast
  location: {country: CN, region: "440000", city: "440100", isp: chinatelecom}
  addresses: [%s]
  health: ALWAYS_UP
"""

CHANGE = """\
kind: RatioRule
name: show
spec:
  scope: {publish_point: show}
  main:
    - {cdn: vendor, weight: 70}
    - {cdn: nearcast, weight: 30}
  backup:
    - {cdn: nearcast, weight: 1}
    - {cdn: vendor, weight: 1}
"""


class SimulateTest(DemoCase):
    with_relays = False

    def setUp(self):
        nodes = "---".join(NODE % item for item in self.demo.net.relays.items())
        self.demo.ctl("apply", "-f", "-", "--reason", "test", stdin=nodes)

    def path(self, name):
        return os.path.join(self.var, name)

    def simulate(self, change, trace, *flags):
        with open(self.path("change.yaml"), "w") as file:
            file.write(change)
        return self.demo.ctl("simulate", "-f", self.path("change.yaml"), "--replay", trace, *flags)

    def test_a_day_is_replayed_and_nothing_is_changed(self):
        recorded_day.write(self.path("day.csv"), VIEWS)
        before = self.demo.ctl("history")
        report = json.loads(self.simulate(CHANGE, self.path("day.csv"), "-o", "json"))
        self.assertEqual(self.demo.ctl("history"), before)

        self.assertEqual(int(report["views"]), VIEWS)
        shares = {cdn["cdn"]: cdn["share"] for cdn in report["after"]}
        self.assertAlmostEqual(shares["vendor"], 0.7, delta=0.005)
        self.assertAlmostEqual(shares["nearcast"], 0.3, delta=0.005)
        moved = int(report["moved"]) / VIEWS
        self.assertAlmostEqual(moved, 0.3, delta=0.01)
        self.assertGreater(len(report["cells"]), 5)
        for cell in report["cells"]:
            if int(cell["views"]) < 1000:
                continue
            # The ratio settles what sessions are expected to carry; how long each was watched is chance.
            vendor = [share["after"] for share in cell["shares"] if share["cdn"] == "vendor"][0]
            self.assertAlmostEqual(vendor, 0.7, delta=0.05)
        table = self.simulate(CHANGE, self.path("day.csv"))
        print(table)
        self.assertIn("%d views; nothing was changed" % VIEWS, table)

    def test_a_wrong_change_and_a_wrong_trace_are_refused(self):
        with open(self.path("bad.csv"), "w") as file:
            file.write("time_s,address,publish_point,stream\n1,192.0.2.1,show,s1\nnow,192.0.2.1,show,s1\n")
        with self.assertRaisesRegex(Exception, "line 3: time_s: .now. is no whole number"):
            self.simulate(CHANGE, self.path("bad.csv"))
        with self.assertRaisesRegex(Exception, "nosuch"):
            self.simulate(CHANGE.replace("cdn: vendor", "cdn: nosuch"), self.path("bad.csv"))


if __name__ == "__main__":
    main()
