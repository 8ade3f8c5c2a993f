"""Signed URLs, admission and statistics of streams between a control plane and its relays, with ffmpeg at both ends."""

import hashlib
import hmac
import json
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

from demo_case import DemoCase, main

import media
from processes import fetch, wait_for

HOME, AWAY = "guangzhou-telecom", "beijing-unicom"
TELECOM, UNICOM = "14.215.177.39", "202.106.0.20"
SIGNING = """  push_signing: {method: HMAC_SHA256, key: key-of-publishers, validity_s: 86400}
  pull_signing: {method: HMAC_SHA256, key: key-of-viewers, validity_s: 3600}
"""
POINT = """kind: LatencyPolicy
name: near
spec:
  target_ms: 3000
  network_ms: 200
  drop_protection: {protected_period_ms: 4000, gop_keep_duration_ms: 1500}
---
kind: PublishPoint
name: near
spec: {push_cdns: [nearcast], transcode_templates: [origin], latency_policy: near}
"""
CHECK = """kind: HealthCheck
name: pictures
spec:
  nodes: [guangzhou-telecom]
  type: FLV
  path: /live/probed.flv
  interval_ms: 3000
  timeout_ms: 3000
"""


def texts(value):
    """Every text in a JSON value, those inside texts that are JSON themselves too."""
    if isinstance(value, str):
        yield value
        if value[:1] in "{[":
            yield from texts(json.loads(value))
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)


class AdmissionTest(DemoCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open("deploy/demo/cdns.yaml") as cdns:
            own = cdns.read().split("---")[0]
        cls.demo.ctl("apply", "-f", "-", stdin=own.replace("  line: line_nearcast\n", SIGNING + "  line: line_nearcast\n"))
        for node in cls.demo.net.relays:
            cls.demo.processes.end(node)
        cls.demo.relay_flags = ["--ask_play", "--reconnect_grace_ms=1000"]
        cls.demo.start_relays()
        wait_for("the keys at both relays",
                 lambda: all(cls.status("http://%s:8088/live/no.flv" % a) == 403
                             for a in cls.demo.net.relays.values()), 30)

    @staticmethod
    def status(url):
        try:
            fetch(url)
            return 200
        except urllib.error.HTTPError as error:
            return error.code

    def setUp(self):
        self.skip_without("ffmpeg", "ffprobe")

    def metric(self, http, name):
        for line in fetch(http + "/metrics").splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        return None

    def relay_http(self, node):
        return "http://%s:8088" % self.demo.net.relays[node]

    def create(self, name, point="demo"):
        """The push URL of a new stream, pushed to HOME."""
        shown = self.demo.ctl_json("stream", "create", name, "--publish-point", point, "--ip", TELECOM)
        line = shown.get("push_lines", shown.get("pushLines"))[0]
        self.assertEqual(line["node"], HOME)
        return line["url"]

    def publish(self, url):
        publisher = subprocess.Popen(media.publish_command(url, 120), stdout=subprocess.DEVNULL,
                                     stderr=subprocess.PIPE)
        self.addCleanup(publisher.stderr.close)
        self.addCleanup(publisher.wait)
        self.addCleanup(publisher.kill)
        return publisher

    def refused(self, publisher):
        return publisher.wait(timeout=30) != 0

    def state(self, name):
        return self.demo.ctl_json("stream", "get", name)["state"]

    def wait_for_state(self, name, state):
        wait_for("%s %s" % (name, state), lambda: self.state(name) == state, 30)

    def play_url(self, name, viewer):
        answer = json.loads(fetch("%s/v1/play?stream=%s&ip=%s" % (self.demo.net.http, name, viewer)))
        for text in texts(answer):
            if text.startswith("http://") and re.search(r"/%s\.flv\?" % name, text):
                return text
        self.fail("no URL of it in %s" % answer)

    def stats(self, *arguments):
        entries = self.demo.ctl_json("stream", "stats", *arguments).get("entries", [])
        return {entry["node"]: entry["stats"] for entry in entries}

    def watch(self, url):
        player = subprocess.Popen(["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-re", "-i", url, "-c",
                                   "copy", "-f", "null", "-"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(player.wait)
        self.addCleanup(player.kill)
        return player

    def test_what_the_scheduler_signs_is_published_and_played_near_and_far(self):
        self.assertTrue(self.refused(self.publish("rtmp://%s/live/near" % self.demo.net.relays[HOME])))
        url = self.create("near")
        self.assertIn("sign=", url)
        self.publish(url)
        self.wait_for_state("near", "PUBLISHING")
        for viewer, node in ((TELECOM, HOME), (UNICOM, AWAY)):
            play = self.play_url("near", viewer)
            self.assertIn(self.demo.net.relays[node], play)
            self.assertEqual(self.status(play.split("?")[0]), 403)
            self.assertTrue(media.first_video_packet_is_key(media.probe(play)))
        self.assertGreaterEqual(self.metric(self.relay_http(HOME), "nearcast_relay_publishes_asked_total"), 1)

    def test_each_stream_is_seen_on_each_node_that_has_it(self):
        self.publish(self.create("seen"))
        self.wait_for_state("seen", "PUBLISHING")
        self.watch(self.play_url("seen", UNICOM))

        def both():
            stats = self.stats("seen")
            measured = len(stats) == 2 and stats[AWAY].get("viewers") and all(
                each.get("gop_ms") and each.get("fps", 0) > 20 and each.get("out_bits_per_s", 0) > 100e3
                for each in stats.values())
            return stats if measured else None

        stats = wait_for("both nodes' statistics", both, 30)
        self.assertTrue(stats[AWAY]["pulled"])
        self.assertEqual(stats[AWAY]["upstream"], self.relay_http(HOME) + "/live/seen.flv")
        self.assertFalse(stats[HOME].get("pulled", False))
        self.assertEqual(stats[HOME]["viewers"], 1)  # the other node
        self.assertEqual(stats[HOME]["gop_ms"], 2000)
        self.assertAlmostEqual(stats[HOME]["fps"], 25, delta=5)
        self.assertIn("pull", self.demo.ctl("stream", "stats", "seen"))
        self.assertIn("live/seen", self.demo.ctl("node", "streams", AWAY))

    def viewer_whose_url_says_nothing(self, name):
        """As the relay shows it."""
        path, expire = "/live/%s.flv" % name, int(time.time()) + 600
        sign = hmac.new(b"key-of-viewers", b"%s\n%d" % (path.encode(), expire), hashlib.sha256).hexdigest()
        self.watch("%s%s?sign=%s&expire=%d" % (self.relay_http(HOME), path, sign, expire))

        def viewers():
            return json.loads(fetch(self.relay_http(HOME) + "/api/viewers?stream=live/" + name))["viewers"]

        return wait_for("a viewer", viewers)[0]

    def test_the_control_plane_says_how_much_cache_a_viewer_gets_whose_url_does_not(self):
        self.publish(self.create("cached"))
        self.wait_for_state("cached", "PUBLISHING")
        viewer = self.viewer_whose_url_says_nothing("cached")
        self.assertEqual(viewer["gop_cache_ms"], 1800)  # the relay's own default: 2000

    def test_a_latency_policy_protects_viewers_from_dropped_frames(self):
        self.demo.ctl("apply", "-f", "-", stdin=POINT)
        self.publish(self.create("guarded", "near"))
        self.wait_for_state("guarded", "PUBLISHING")
        viewer = self.viewer_whose_url_says_nothing("guarded")
        self.assertEqual((viewer["protected_period"], viewer["gop_keep_duration"]), (4000, 1500))

    def signed(self, path):
        expire = int(time.time()) + 600
        sign = hmac.new(b"key-of-viewers", b"%s\n%d" % (path.encode(), expire), hashlib.sha256).hexdigest()
        return "%s%s?sign=%s&expire=%d" % (self.relay_http(AWAY), path, sign, expire)

    def open_session(self, name):
        """The URL of a new HLS session's playlist."""
        multivariant = fetch(self.signed("/live/%s.m3u8" % name), 30)
        return self.uris(multivariant, self.relay_http(AWAY))[0]

    @staticmethod
    def uris(playlist, base):
        return [urllib.parse.urljoin(base + "/live/", line) for line in playlist.splitlines()
                if line and not line.startswith("#")]

    def test_a_session_of_hls_is_asked_for_once_and_ends_with_a_ban(self):
        self.publish(self.create("sliced"))
        self.wait_for_state("sliced", "PUBLISHING")
        away = self.relay_http(AWAY)
        asked, refused = "nearcast_relay_plays_asked_total", "nearcast_relay_plays_refused_total"
        before = self.metric(away, asked)
        session = self.open_session("sliced")
        self.assertEqual(self.metric(away, asked), before + 1)
        # Longer than an answer is believed: who asked again would ask the control plane again.
        began, slices = time.monotonic(), {}

        def plays_on():
            for uri in self.uris(fetch(session), away):
                if uri not in slices:
                    slices[uri] = len(urllib.request.urlopen(uri, timeout=10).read())
            return len(slices) >= 6 and time.monotonic() - began > 6

        wait_for("six slices", plays_on, 60)
        self.assertGreater(min(slices.values()), 0)
        self.assertEqual(self.metric(away, asked), before + 1)
        self.assertIn("sid=", self.open_session("sliced"))
        self.assertEqual(self.metric(away, asked), before + 2, "another session, after 6 s")

        said_no = self.metric(away, refused)
        self.demo.ctl("stream", "state", "sliced", "banned")
        wait_for("a new session refused",
                 lambda: self.status(self.signed("/live/sliced.m3u8")) == 403, 30)
        self.assertGreater(self.metric(away, refused), said_no)
        wait_for("the end of the old one", lambda: "#EXT-X-ENDLIST" in fetch(session), 30)

    def test_a_banned_stream_is_neither_published_nor_played(self):
        url = self.create("bad")
        publisher = self.publish(url)
        self.wait_for_state("bad", "PUBLISHING")
        play = self.play_url("bad", TELECOM)
        self.demo.ctl("stream", "state", "bad", "banned")
        self.assertTrue(self.refused(publisher))
        self.assertTrue(self.refused(self.publish(url)))
        self.assertGreaterEqual(self.metric(self.relay_http(HOME), "nearcast_relay_publishes_refused_total"), 1)
        wait_for("the play refused", lambda: self.status(play) == 403, 30)
        self.assertGreaterEqual(
            self.metric(self.demo.net.http, 'nearcast_admissions_total{what="publish",result="refused"}'), 1)

    def test_without_the_control_plane_the_signature_alone_counts(self):
        url = self.create("alone")
        self.demo.processes.end("nearcastd")
        try:
            self.publish(url)
            relay = self.relay_http(HOME)
            wait_for("the stream at the relay",
                     lambda: "live/alone" in fetch(relay + "/api/streams"), 30)
            self.assertGreaterEqual(self.metric(relay, "nearcast_relay_admissions_unanswered_total"), 1)
            self.assertTrue(self.refused(self.publish(url.split("?")[0])))
        finally:
            self.demo.start_control()
        self.wait_for_state("alone", "PUBLISHING")

    def test_vantages_play_by_signed_urls(self):
        self.publish(self.create("probed"))
        self.demo.ctl("apply", "-f", "-", stdin=CHECK)
        self.demo.processes.start("vantage", [
            self.demo.processes.path("probe/nearcast-prober"), "--vantage=vantage",
            "--source_ip=" + self.demo.net.vantages["vantage-south"], "--control=" + self.demo.net.grpc])
        self.assertEqual(self.status(self.relay_http(HOME) + "/live/probed.flv"), 403)
        wait_for("the vantage's word", lambda: "up" in self.demo.checks(HOME), 60)
        self.demo.ctl("delete", "healthcheck", "pictures")


if __name__ == "__main__":
    main()
