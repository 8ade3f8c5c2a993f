"""An operator's change: live in every answer within a second, and still there after kill -9 right behind it."""

import json
import os
import signal
import time

import dns_client
from demo_case import DemoCase, main

from processes import Failure, fetch, wait_for

NAME = "pull.live.example"
TELECOM = "14.215.177.39"


class ChangeTest(DemoCase):
    with_relays = False

    def stream_data(self, stream):
        body = fetch("%s/v1/play?stream=%s&ip=%s" % (self.demo.net.http, stream, TELECOM))
        return json.loads(json.loads(body)["stream_url"]["live_core_sdk_data"]["pull_data"]["stream_data"])

    def create(self, name, publish_point="show"):
        self.demo.ctl("stream", "create", name, "--publish-point", publish_point, "--ip", TELECOM)
        self.demo.ctl("stream", "state", name, "publishing")

    def dns_answer(self):
        client = dns_client.Client(self.demo.net.control)
        try:
            return client.ask(NAME, TELECOM)
        finally:
            client.close()

    def within_a_second(self, what, condition):
        began = time.monotonic()
        wait_for(what, condition)
        self.assertLessEqual(time.monotonic() - began, 1.0, what)

    def log(self):
        with open(self.demo.processes.log("nearcastd")) as file:
            return file.read()

    def crash(self):
        """Kills the daemon as hard as it goes, and starts it again on the same store."""
        self.demo.processes.end("nearcastd", signal.SIGKILL)
        self.demo.start_control()

    def test_ratio_reaches_stream_data_and_survives(self):
        self.create("ratio")
        self.assertIn("vendor", self.stream_data("ratio")["common"]["lines"]["main"])
        self.demo.ctl("cdn", "ratio", "set", "show", "--main", "nearcast=100,vendor=0")
        self.within_a_second("the ratio in stream_data", lambda: "nearcast" in
                             self.stream_data("ratio")["common"]["lines"]["main"])
        self.crash()
        self.assertIn("nearcast", self.stream_data("ratio")["common"]["lines"]["main"])

    def test_default_quality_reaches_stream_data_and_survives(self):
        self.create("quality")
        self.assertEqual(self.stream_data("quality")["common"]["auto"]["default"], "hd")
        self.demo.ctl("quality", "default", "set", "default", "sd")
        self.within_a_second("the default tier in stream_data", lambda:
                             self.stream_data("quality")["common"]["auto"]["default"] == "sd")
        self.crash()
        self.assertEqual(self.stream_data("quality")["common"]["auto"]["default"], "sd")

    def test_drain_reaches_dns_and_httpdns_and_survives(self):
        home, away = (self.demo.net.relays[n] for n in ("guangzhou-telecom", "beijing-unicom"))
        self.demo.ctl("node", "undrain", "guangzhou-telecom")
        self.assertEqual(self.dns_answer(), [home])
        self.demo.ctl("node", "drain", "guangzhou-telecom")
        self.within_a_second("the drain in DNS", lambda: self.dns_answer() == [away])
        body = fetch("%s/d?host=%s&ip=%s" % (self.demo.net.http, NAME, TELECOM))
        self.assertEqual(json.loads(body)["ips"], [away])
        self.crash()
        self.assertEqual(self.dns_answer(), [away])

    def test_created_stream_survives(self):
        self.create("survivor")
        self.crash()
        self.assertEqual(self.demo.ctl_json("stream", "get", "survivor")["state"], "PUBLISHING")

    def test_rollback_restores_an_earlier_revision(self):
        before = self.demo.ctl_json("get", "ratiorule", "default")
        revision = self.demo.ctl_json("history")["revisions"][0]["number"]
        self.demo.ctl("cdn", "ratio", "set", "default", "--main", "vendor=100")
        self.demo.ctl("rollback", str(revision))
        after = self.demo.ctl_json("get", "ratiorule", "default")
        self.assertEqual(before["spec"], after["spec"])

    def test_mistakes_are_named_by_file_and_line_all_at_once(self):
        path = os.path.join(self.var, "wrong.yaml")
        with open(path, "w") as file:
            file.write("kind: Node\nname: broken\nspec:\n  cdn: nowhere\n"
                       "  location: {country: CN}\n  addresses: [10.0.0.300]\n")
        with self.assertRaises(Failure) as refused:
            self.demo.ctl("apply", "-f", path)
        self.assertIn("wrong.yaml:4", str(refused.exception))
        self.assertIn("wrong.yaml:6", str(refused.exception))

    def restart_with(self, database):
        """On another IP database; the old one is back after the test."""
        def restart(databases):
            self.demo.processes.end("nearcastd")
            self.demo.ipdb = databases
            self.demo.start_control()

        self.addCleanup(restart, self.demo.ipdb)
        restart([database])

    def test_broken_database_leaves_the_old_one_in_use(self):
        copy = os.path.join(self.var, "networks.csv")
        with open("deploy/demo/networks.csv") as file:
            good = file.read()
        with open(copy, "w") as file:
            file.write(good)
        self.restart_with(copy)
        before = self.demo.ctl("ip", TELECOM)
        with open(copy, "w") as file:
            file.write("network,country\n300.1.2.0/24,CN\n")
        self.demo.processes.children["nearcastd"].send_signal(signal.SIGHUP)
        wait_for("the complaint in the log", lambda: "networks.csv:2" in self.log())
        self.assertEqual(self.demo.ctl("ip", TELECOM), before)
        self.assertIn('nearcast_ipdb_reloads_total{result="failed"} 1',
                      fetch(self.demo.net.http + "/metrics"))
        with open(copy, "w") as file:
            file.write("network,country,isp\n14.0.0.0/8,CN,chinamobile\n")
        self.demo.processes.children["nearcastd"].send_signal(signal.SIGHUP)
        wait_for("the new table", lambda: "chinamobile" in self.demo.ctl("ip", TELECOM))


if __name__ == "__main__":
    main()
