"""Room services hear of single viewers and of publishers' goodbyes, through a real control plane and real relays."""

import json
import signal
import socket
import subprocess
import time
import urllib.request

from demo_case import DemoCase, main

import media
from processes import fetch, wait_for
from room_service import RoomService

HOME, AWAY = "guangzhou-telecom", "beijing-unicom"
TELECOM = "14.215.177.39"
POINT = """\
kind: PublishPoint
name: told
spec:
  push_cdns: [nearcast]
  transcode_templates: [origin, ld]
  reconnect_grace_s: 30
  callback:
    url: %s
    secret: room-secret
    events: [created, publishing, interrupted, ended, on_play, on_stop]
"""


class PlaysTest(DemoCase):
    def setUp(self):
        self.skip_without("ffmpeg", "ffprobe")
        self.room = RoomService(self.demo.net.control)
        self.addCleanup(self.room.stop)
        self.demo.ctl("apply", "-f", "-", stdin=POINT % self.room.url)

    def http(self, node):
        return "http://%s:8088" % self.demo.net.relays[node]

    def metric(self, http, name):
        for line in fetch(http + "/metrics").splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        return None

    def state(self, name):
        return self.demo.ctl_json("stream", "get", name).get("state")

    def create_by_http(self, name, **fields):
        body = {"publish_point": "told", "stream": name, "broadcaster": {"address": TELECOM}, **fields}
        request = urllib.request.Request(self.demo.net.http + "/v1/streams", json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def publish(self, name, *flags):
        self.demo.ctl("stream", "create", name, "--publish-point", "told", "--ip", TELECOM, *flags)
        return self.publish_created(name)

    def publish_created(self, name):
        line = self.demo.ctl_json("stream", "get", name)["push_lines"][0]
        self.assertEqual(line["node"], HOME)
        return self.push(name, line["url"])

    def push(self, name, url):
        publisher = subprocess.Popen(media.publish_command(url, 120), stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
        self.addCleanup(publisher.wait)
        self.addCleanup(publisher.kill)
        wait_for(name + " publishing", lambda: self.state(name) == "PUBLISHING", 30)
        return publisher

    def watch(self, node, path):
        """A viewer that has got some media."""
        viewer = socket.create_connection((self.demo.net.relays[node], 8088), timeout=30)
        viewer.sendall(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path.encode())
        got = 0
        while got < 20_000:
            data = viewer.recv(65536)
            self.assertTrue(data)
            got += len(data)
        return viewer

    def test_a_tiers_viewers_are_told_of_as_its_streams(self):
        self.publish("tiered")
        home = self.demo.net.relays[HOME]
        transcoder = subprocess.Popen(
            media.publish_command("rtmp://%s/live/tiered_ld" % home, 120), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.addCleanup(transcoder.wait)
        self.addCleanup(transcoder.kill)
        wait_for("the tier", lambda: "live/tiered_ld" in fetch(self.http(HOME) + "/api/streams"), 30)
        viewers = [self.watch(HOME, "/live/tiered.flv"), self.watch(HOME, "/live/tiered_ld.flv"),
                   self.watch(AWAY, "/live/tiered_ld.flv")]
        for viewer in viewers:
            viewer.close()
        gone = wait_for("all three", lambda: len(self.room.plays("tiered", "on_stop")) == 3
                        and self.room.plays("tiered", "on_stop"), 30)
        expected = [(AWAY, "ld"), (HOME, "ld"), (HOME, "origin")]
        self.assertEqual(sorted((p["node"], p["tier"]) for p in gone), expected)
        begun = self.room.plays("tiered", "on_play")
        self.assertEqual(sorted((p["node"], p["tier"]) for p in begun), expected)
        self.assertEqual(self.room.plays("tiered_ld", "on_play"), [])

    def test_viewers_are_told_when_they_come_and_go(self):
        publisher = self.publish("seen")
        near = self.watch(HOME, "/live/seen.flv")
        far = self.watch(AWAY, "/live/seen.flv")
        playlist = fetch(self.http(AWAY) + "/live/seen.m3u8", 30)
        self.assertIn("sid=", playlist)
        begun = wait_for("three viewers", lambda: len(self.room.plays("seen", "on_play")) >= 3
                         and self.room.plays("seen", "on_play"), 30)
        self.assertEqual(sorted((p["node"], p["format"]) for p in begun),
                         [(AWAY, "hls"), (AWAY, "http-flv"), (HOME, "http-flv")],
                         "the other relay, which pulls, is no viewer")
        self.assertEqual({p["app"] for p in begun}, {"live"})
        self.assertTrue(all(p["address"].startswith("127.") for p in begun))
        near.close()
        gone = wait_for("the one that left", lambda: self.room.plays("seen", "on_stop"), 30)[0]
        self.assertEqual((gone["node"], gone["reason"]), (HOME, "left"))
        self.assertGreaterEqual(gone["bytes"], 20_000)
        self.assertGreater(gone["duration_ms"], 0)
        self.assertEqual(set(gone["dropped"]), {"tail", "unreferred", "rest", "jumped", "undecodable"})
        self.assertGreaterEqual(gone["delay_ms_max"], gone["delay_ms_mean"])
        self.assertGreaterEqual(gone["jumps"], 0)
        self.assertIn(gone["session"], {p["session"] for p in begun})
        publisher.send_signal(signal.SIGTERM)
        while far.recv(65536):
            pass
        wait_for("the one that saw the end", lambda: [
            p for p in self.room.plays("seen", "on_stop") if p["reason"] == "stream-ended"
            and p["node"] == AWAY], 30)
        self.assertEqual(self.room.wrong, [])
        self.assertGreaterEqual(
            self.metric(self.demo.net.http, "nearcast_play_callbacks_plays_total"), 5)
        self.assertEqual(
            self.metric(self.http(AWAY), "nearcast_relay_play_events_left_out_total"), 0)

    def test_a_crowd_is_told_in_few_calls(self):
        self.publish("crowd")
        crowd = [self.watch(HOME, "/live/crowd.flv") for _ in range(60)]
        wait_for("the crowd", lambda: len(self.room.plays("crowd", "on_play")) == 60, 30)
        for viewer in crowd:
            viewer.close()
        wait_for("its end", lambda: len(self.room.plays("crowd", "on_stop")) == 60, 30)
        calls = [c for c in self.room.events if c["event"] == "plays"]
        print("120 events of viewers in %d calls" % len(calls))
        self.assertLess(len(calls), 60)

    def test_a_goodbye_has_no_grace_and_a_loss_has(self):
        began = time.monotonic()
        said = self.publish("said")
        said.send_signal(signal.SIGTERM)  # ffmpeg unpublishes
        wait_for("the goodbye", lambda: self.state("said") == "INTERRUPTED", 25)
        said.wait()
        self.push("said", self.demo.ctl_json("stream", "get", "said")["push_lines"][0]["url"])
        wait_for("what was told", lambda: self.room.told("said") == [
            "created", "publishing", "interrupted", "publishing"], 30)

        self.assertTrue(self.create_by_http("short", ends_on_unpublish=True)["ends_on_unpublish"])
        short = self.publish_created("short")
        short.send_signal(signal.SIGTERM)
        wait_for("the end", lambda: self.state("short") == "ENDED", 25)
        wait_for("what was told", lambda: self.room.told("short")[-1:] == ["ended"], 30)

        lost = self.publish("lost", "--ends-on-unpublish")
        lost.kill()
        lost.wait()
        wait_for("the loss", lambda: "unheard_since" in self.demo.ctl_json("stream", "get", "lost"), 25)
        self.assertEqual(self.state("lost"), "PUBLISHING", "it has 30 s to come back")
        print("two goodbyes and a loss within %.1f s" % (time.monotonic() - began))


if __name__ == "__main__":
    main()
