"""What an operator sets reaches every viewer's answer: ratios move plays, switches name themselves and end by time."""

import json
import signal
import time

from demo_case import DemoCase, main

from processes import fetch, wait_for

ADDRESS = "14.215.177.39"
VIEWERS = 200


class SteeringTest(DemoCase):
    """Each test has a stream of its own, with a ratio rule of its name: accounts of ratios are kept by rule."""

    def create(self, stream, publish_point="demo"):
        self.demo.ctl("stream", "create", stream, "--publish-point", publish_point, "--ip", ADDRESS)
        self.demo.ctl("stream", "state", stream, "publishing")

    def set_ratio(self, stream, own, vendor):
        self.demo.ctl("cdn", "ratio", "set", stream, "--stream", stream, "--main",
                      "nearcast=%d,vendor=%d" % (own, vendor))

    def common(self, stream, viewer):
        body = fetch("%s/v1/play?stream=%s&ip=%s&viewer=%s" % (self.demo.net.http, stream, ADDRESS, viewer))
        pull_data = json.loads(body)["stream_url"]["live_core_sdk_data"]["pull_data"]
        return json.loads(pull_data["stream_data"])["common"]

    def main_line(self, stream, viewer):
        return self.common(stream, viewer)["lines"]["main"]

    def rule_ids(self, stream, viewer):
        return json.loads(json.loads(self.common(stream, viewer)["rule_ids"])["sched"])["ids"]

    def mains(self, stream, prefix="u"):
        """{viewer: its main line} of many viewers."""
        viewers = ["%s%d" % (prefix, i) for i in range(VIEWERS)]
        return {viewer: self.main_line(stream, viewer) for viewer in viewers}

    def share(self, mains, line):
        return sum(1 for each in mains.values() if each == line)

    def test_ratios_are_exact_and_a_change_moves_the_least(self):
        self.create("exact")
        self.set_ratio("exact", 70, 30)
        before = self.mains("exact")
        self.assertAlmostEqual(self.share(before, "line_vendor"), 60, delta=1)
        self.assertEqual(self.mains("exact"), before)  # sessions stay
        self.set_ratio("exact", 40, 60)
        after = self.mains("exact")
        self.assertAlmostEqual(self.share(after, "line_vendor"), 120, delta=1)
        moved = sum(1 for viewer in before if before[viewer] != after[viewer])
        self.assertAlmostEqual(moved, 60, delta=2)

    def test_the_more_specific_rule_goes_first_and_names_itself(self):
        self.create("place")
        self.demo.ctl("cdn", "ratio", "set", "telecom", "--publish-point", "demo", "--isp", "chinatelecom",
                      "--main", "vendor=100,nearcast=0")
        self.assertEqual(self.main_line("place", "u1"), "line_vendor")
        self.assertIn("telecom(Weight:100)", self.rule_ids("place", "u1"))
        self.set_ratio("place", 100, 0)
        self.assertEqual(self.main_line("place", "u1"), "line_nearcast")
        self.assertIn("place(Weight:100)", self.rule_ids("place", "u1"))
        self.demo.ctl("delete", "ratiorule", "telecom")

    def test_a_switched_off_cdn_is_left_named_and_comes_back_when_the_switch_expires(self):
        self.create("gala")
        self.set_ratio("gala", 1, 99)
        self.assertEqual(self.main_line("gala", "u1"), "line_vendor")
        self.assertNotIn("switch/leave", self.rule_ids("gala", "u1"))
        began = time.monotonic()
        self.demo.ctl("switch", "set", "leave", "--off", "cdn/vendor", "--for", "6s")
        self.assertEqual(self.common("gala", "u1")["lines"], {"main": "line_nearcast"})
        self.assertIn("switch/leave", self.rule_ids("gala", "u1"))
        self.assertIn("leave", self.demo.ctl("switch", "list"))
        explained = self.demo.ctl("explain", "play", "--stream", "gala", "--ip", ADDRESS)
        self.assertIn("switch leave applies", explained)
        wait_for("the switch to expire", lambda: "switch/leave" not in self.rule_ids("gala", "u1"))
        self.assertGreaterEqual(time.monotonic() - began, 5.0)
        self.assertEqual(self.main_line("gala", "u2"), "line_vendor")

    def test_a_switch_for_some_leaves_the_others(self):
        self.create("half")
        self.set_ratio("half", 99, 1)
        self.demo.ctl("switch", "set", "half", "--off", "cdn/nearcast", "--percent", "50")
        try:
            moved = self.share(self.mains("half"), "line_vendor")
            self.assertTrue(0.3 * VIEWERS < moved < 0.7 * VIEWERS, moved)
        finally:
            self.demo.ctl("switch", "clear", "half")
        # Sessions stay where they are; those that come are divided as the rule says.
        self.assertAlmostEqual(self.share(self.mains("half", "new"), "line_vendor"), 2, delta=2)

    def test_the_push_that_stands_in_is_where_viewers_go(self):
        self.create("twice", "show")
        self.set_ratio("twice", 100, 0)
        common = self.common("twice", "u1")
        self.assertEqual(common["lines"], {"main": "line_nearcast", "backup": "line_vendor"})
        self.assertEqual((common["main_push_id"], common["backup_push_id"]), (1, 2))
        self.demo.ctl("stream", "state", "twice", "publishing", "--carried-by", "backup")
        common = self.common("twice", "u1")
        self.assertEqual(common["lines"], {"main": "line_vendor"})
        self.assertEqual(common["main_push_id"], 2)
        self.demo.ctl("stream", "state", "twice", "publishing", "--carried-by", "-")
        self.assertEqual(self.main_line("twice", "u1"), "line_nearcast")

    def test_a_preheat_stands_with_the_stream_through_a_crash(self):
        self.create("event")
        shown = self.demo.ctl("stream", "preheat", "event", "--isp", "chinatelecom", "--for", "2h")
        self.assertIn("by 1 node: guangzhou-telecom", shown)
        self.demo.processes.end("nearcastd", signal.SIGKILL)
        self.demo.start_control()
        self.assertEqual(self.demo.ctl_json("stream", "get", "event")["preheat"]["nodes"], ["guangzhou-telecom"])
        self.demo.ctl("stream", "preheat", "event", "--stop")
        self.assertNotIn("preheat", self.demo.ctl_json("stream", "get", "event"))


if __name__ == "__main__":
    main()
