"""What an operator sets reaches every viewer's answer: ratios move plays, switches name themselves and end by themselves."""

import json
import signal
import time

from demo_case import DemoCase, main

from processes import fetch, wait_for

ADDRESS = "14.215.177.39"
VIEWERS = 200


class SteeringTest(DemoCase):
    with_relays = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.demo.ctl("stream", "create", "gala", "--publish-point", "demo", "--ip", ADDRESS)
        cls.demo.ctl("stream", "state", "gala", "publishing")

    def play(self, viewer, stream="gala"):
        body = fetch("%s/v1/play?stream=%s&ip=%s&viewer=%s" % (self.demo.net.http, stream, ADDRESS, viewer))
        return json.loads(json.loads(body)["stream_url"]["live_core_sdk_data"]["pull_data"]["stream_data"])

    def main_line(self, viewer):
        return self.play(viewer)["common"]["lines"]["main"]

    def mains(self, prefix):
        """{viewer: its main line} of many viewers, each with a session of its own."""
        return {v: self.main_line(v) for v in ("%s-%d" % (prefix, i) for i in range(VIEWERS))}

    def rule_ids(self, viewer):
        return json.loads(json.loads(self.play(viewer)["common"]["rule_ids"])["sched"])["ids"]

    def share(self, mains, line):
        return sum(1 for each in mains.values() if each == line)

    def set_ratio(self, own, vendor):
        self.demo.ctl("cdn", "ratio", "set", "demo", "--publish-point", "demo", "--main",
                      "nearcast=%d,vendor=%d" % (own, vendor))

    def test_ratios_are_exact_and_a_change_moves_the_least(self):
        self.set_ratio(70, 30)
        before = self.mains("ratio")
        self.assertAlmostEqual(self.share(before, "line_vendor"), 60, delta=1)
        self.assertEqual(self.mains("ratio"), before)  # sessions stay
        self.set_ratio(40, 60)
        after = self.mains("ratio")
        self.assertAlmostEqual(self.share(after, "line_vendor"), 120, delta=1)
        moved = sum(1 for viewer in before if before[viewer] != after[viewer])
        self.assertAlmostEqual(moved, 60, delta=2)

    def test_ratio_of_a_place_goes_before_the_publish_points(self):
        self.set_ratio(100, 0)
        self.demo.ctl("cdn", "ratio", "set", "telecom", "--publish-point", "demo", "--isp", "chinatelecom",
                      "--main", "vendor=100,nearcast=0")
        self.assertEqual(self.main_line("place-1"), "line_vendor")
        self.assertIn("telecom(Weight:100)", self.rule_ids("place-1"))
        self.demo.ctl("delete", "ratiorule", "telecom")
        self.assertEqual(self.main_line("place-1"), "line_nearcast")

    def test_a_switched_off_cdn_is_left_named_and_comes_back_when_the_switch_expires(self):
        self.set_ratio(0, 100)
        self.assertEqual(self.main_line("switch"), "line_vendor")
        self.assertNotIn("switch/leave", self.rule_ids("switch"))
        began = time.monotonic()
        self.demo.ctl("switch", "set", "leave", "--off", "cdn/vendor", "--for", "6s")
        self.demo.ctl("cdn", "ratio", "set", "demo", "--main", "nearcast=1,vendor=99")
        self.assertEqual(self.main_line("switch"), "line_nearcast")
        self.assertIn("switch/leave", self.rule_ids("switch"))
        self.assertNotIn("backup", self.play("switch")["common"]["lines"])
        self.assertIn("leave", self.demo.ctl("switch", "list"))
        explained = self.demo.ctl("explain", "play", "--stream", "gala", "--ip", ADDRESS)
        self.assertIn("switch leave applies", explained)
        wait_for("the switch to expire", lambda: "switch/leave" not in self.rule_ids("switch"))
        self.assertGreaterEqual(time.monotonic() - began, 5.0)
        self.assertEqual(self.main_line("switch-new-%d" % 1), "line_vendor")

    def test_a_switch_for_some_leaves_the_others(self):
        self.set_ratio(100, 0)
        self.demo.ctl("switch", "set", "half", "--off", "cdn/nearcast", "--percent", "50")
        try:
            moved = self.share(self.mains("half"), "line_vendor")
            self.assertTrue(0.3 * VIEWERS < moved < 0.7 * VIEWERS, moved)
        finally:
            self.demo.ctl("switch", "clear", "half")
        self.assertEqual(self.share(self.mains("half"), "line_vendor"), 0)

    def test_the_push_that_stands_in_is_where_viewers_go(self):
        self.demo.ctl("cdn", "ratio", "set", "show", "--main", "nearcast=100,vendor=0")
        self.demo.ctl("stream", "create", "twice", "--publish-point", "show", "--ip", ADDRESS)
        self.demo.ctl("stream", "state", "twice", "publishing")
        common = self.play("s", "twice")["common"]
        self.assertEqual(common["lines"], {"main": "line_nearcast", "backup": "line_vendor"})
        self.assertEqual((common["main_push_id"], common["backup_push_id"]), (1, 2))
        self.demo.ctl("stream", "state", "twice", "publishing", "--carried-by", "backup")
        common = self.play("s", "twice")["common"]
        self.assertEqual(common["lines"], {"main": "line_vendor"})
        self.assertEqual(common["main_push_id"], 2)
        self.demo.ctl("stream", "state", "twice", "publishing", "--carried-by", "-")
        self.assertEqual(self.play("s", "twice")["common"]["lines"]["main"], "line_nearcast")

    def test_a_preheat_stands_with_the_stream_through_a_crash(self):
        shown = self.demo.ctl("stream", "preheat", "gala", "--isp", "chinatelecom", "--for", "2h")
        self.assertIn("by 1 node: guangzhou-telecom", shown)
        self.demo.processes.end("nearcastd", signal.SIGKILL)
        self.demo.start_control()
        self.assertEqual(self.demo.ctl_json("stream", "get", "gala")["preheat"]["nodes"], ["guangzhou-telecom"])
        self.demo.ctl("stream", "preheat", "gala", "--off")
        self.assertNotIn("preheat", self.demo.ctl_json("stream", "get", "gala"))


if __name__ == "__main__":
    main()
