"""Streams are pushed on, and pulled over SRT, by the control plane's word: real control plane, relays and targets."""

import json
import signal
import subprocess
import urllib.request

from demo_case import DemoCase, main

import media
from processes import Failure, fetch, wait_for

HOME, AWAY = "guangzhou-telecom", "beijing-unicom"
TELECOM = "14.215.177.39"
SRT_PORT = 9000


class ForwardTest(DemoCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for node in cls.demo.net.relays:
            cls.demo.processes.end(node)
        cls.demo.relay_flags = ["--srt_port=%d" % SRT_PORT, "--pull_by_srt"]
        cls.demo.start_relays()
        cls.target_ip = cls.demo.net.prefix + ".31"
        cls.demo.processes.start("target", [
            cls.demo.processes.path("dataplane/nearcast-relay"), "--node=target",
            "--listen_ip=" + cls.target_ip, "--reconnect_grace_ms=60000"])
        wait_for("the target", lambda: fetch("http://%s:8088/healthz" % cls.target_ip))

    def setUp(self):
        self.skip_without("ffmpeg", "ffprobe")

    def streams(self, ip):
        return {s["name"]: s for s in json.loads(fetch("http://%s:8088/api/streams" % ip))["streams"]}

    def forwards(self, node):
        found = json.loads(fetch("http://%s:8088/api/streams" % self.demo.net.relays[node]))
        return found.get("forwards", [])

    def copy(self):
        return self.streams(self.target_ip).get("live/copy", {}).get("state")

    def create(self, name):
        self.demo.ctl("stream", "create", name, "--publish-point", "demo", "--ip", TELECOM)
        line = self.demo.ctl_json("stream", "get", name)["push_lines"][0]
        self.assertEqual(line["node"], HOME)
        return line["url"]

    def publish(self, url):
        publisher = subprocess.Popen(media.publish_command(url, 120), stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
        self.addCleanup(publisher.wait)
        self.addCleanup(publisher.kill)
        return publisher

    def test_a_stream_is_pushed_on_as_long_as_it_is_said(self):
        url = self.create("gala")
        shown = self.demo.ctl("stream", "forward", "gala", "--to",
                              "rtmp://%s/live/copy?key=1" % self.target_ip)
        self.assertIn("Pushed on to rtmp://", shown)
        self.publish(url)
        wait_for("the copy", lambda: self.copy() == "live", 30)
        probed = wait_for("pictures", lambda: media.probe("http://%s:8088/live/copy.flv" % self.target_ip), 30)
        self.assertTrue(media.first_video_packet_is_key(probed))
        self.assertEqual([f["state"] for f in self.forwards(HOME)], ["sending"])
        self.assertEqual(self.forwards(AWAY), [])
        # The control plane dies and comes back: nothing changes.
        self.demo.processes.end("nearcastd", signal.SIGKILL)
        self.demo.start_control()
        self.demo.wait_for_nodes()
        self.assertEqual(self.copy(), "live")
        self.demo.ctl("stream", "forward", "gala", "--stop")
        # Only unpublished is it gone at once: a cut line would leave it interrupted for a minute.
        wait_for("the end of the copy", lambda: self.copy() in (None, "ended"), 30)
        wait_for("the end of the order", lambda: self.forwards(HOME) == [])

    def post(self, path, body):
        request = urllib.request.Request(self.demo.net.http + path, json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def test_it_can_be_said_over_http(self):
        url = "rtmp://%s/live/by-http" % self.target_ip
        self.publish(self.create("by-http"))
        self.assertEqual(self.post("/v1/streams/by-http/forward", {"urls": [url]})["forwards"], [url])
        wait_for("the copy", lambda: self.streams(self.target_ip).get("live/by-http", {}).get("state") == "live", 30)
        self.assertNotIn("forwards", self.post("/v1/streams/by-http/forward", {}))
        wait_for("the end of the order", lambda: self.forwards(HOME) == [], 30)

    def test_what_cannot_be_pushed_to_is_refused(self):
        self.create("refused")
        with self.assertRaisesRegex(Failure, "rtmp://host"):
            self.demo.ctl("stream", "forward", "refused", "--to", "http://x/live/a")

    def test_the_other_node_pulls_over_srt(self):
        publisher = self.publish(self.create("bysrt"))
        away = self.demo.net.relays[AWAY]
        url = "http://%s:8088/live/bysrt.flv" % away
        probed = wait_for("pictures at the other node", lambda: media.probe(url), 30)
        self.assertTrue(media.first_video_packet_is_key(probed))
        home = self.demo.net.relays[HOME]
        self.assertTrue(self.streams(away)["live/bysrt"]["upstream"].startswith(
            "srt://%s:%d/live/bysrt" % (home, SRT_PORT)), self.streams(away)["live/bysrt"])
        frames, said = media.decode(url, 3)
        self.assertGreater(frames, 20)
        self.assertEqual(said, "")
        publisher.kill()


if __name__ == "__main__":
    main()
