"""A live stream is moved to another node and to a vendor while its publisher goes along: no end, no break."""

import signal
import subprocess

from demo_case import DemoCase, main

import media
from processes import wait_for

HOME, AWAY = "guangzhou-telecom", "beijing-unicom"
TELECOM = "14.215.177.39"
POINT = """\
kind: PublishPoint
name: roaming
spec:
  push_cdns: [nearcast, vendor]
  transcode_templates: [origin]
  reconnect_grace_s: 300
"""


class MoveTest(DemoCase):
    def setUp(self):
        self.skip_without("ffmpeg")
        self.demo.ctl("apply", "-f", "-", stdin=POINT)

    def get(self, name):
        return self.demo.ctl_json("stream", "get", name)

    def line(self, name):
        return self.get(name)["push_lines"][0]

    def create(self, name):
        self.demo.ctl("stream", "create", name, "--publish-point", "roaming", "--ip", TELECOM,
                      "--ends-on-unpublish")

    def push(self, name):
        """At the address that the stream has now, until the control plane has heard of it."""
        publisher = subprocess.Popen(media.publish_command(self.line(name)["url"], 180),
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(publisher.wait)
        self.addCleanup(publisher.kill)
        wait_for(name + " heard", lambda: self.is_heard(name), 40)
        return publisher

    def is_heard(self, name):
        stream = self.get(name)
        return stream["state"] == "PUBLISHING" and "unheard_since" not in stream

    def say_goodbye(self, publisher):
        publisher.send_signal(signal.SIGTERM)  # ffmpeg unpublishes
        publisher.wait()

    def move(self, name, *flags):
        self.demo.ctl("stream", "move", name, *flags)

    def test_a_goodbye_to_the_old_node_does_not_end_what_was_moved(self):
        self.create("roamer")
        self.assertEqual(self.line("roamer")["node"], HOME)
        publisher = self.push("roamer")
        self.move("roamer", "--cdn", "nearcast", "--node", AWAY)
        self.say_goodbye(publisher)
        wait_for("the goodbye to the old node", lambda: "unheard_since" in self.get("roamer"), 40)
        self.assertEqual(self.get("roamer")["state"], "PUBLISHING", "it has its grace")
        publisher = self.push("roamer")
        self.assertEqual(self.line("roamer")["node"], AWAY)
        self.say_goodbye(publisher)
        wait_for("the goodbye to its own node",
                 lambda: self.get("roamer")["state"] == "ENDED", 40)

    def test_a_stream_that_was_moved_to_a_vendor_goes_on(self):
        self.create("leaver")
        self.create("witness")
        leaver = self.push("leaver")
        witness = self.push("witness")
        self.assertEqual(self.line("witness")["node"], HOME)
        self.move("leaver", "--cdn", "vendor")
        self.assertEqual(self.line("leaver")["cdn"], "vendor")
        self.say_goodbye(leaver)
        self.say_goodbye(witness)
        wait_for("the same node's later goodbye",
                 lambda: self.get("witness")["state"] == "ENDED", 40)
        self.assertTrue(self.is_heard("leaver"), "only the room service can tell of a vendor")


if __name__ == "__main__":
    main()
