"""Walks through the whole system without a person: each step says what it saw, or why it failed."""

import json
import subprocess
import time

import media
from processes import Failure, fetch, wait_for

NAME = "pull.live.example"
GUANGDONG_TELECOM = "14.215.177.39"
BEIJING_UNICOM = "202.106.0.20"
MOVE_SECONDS = 1.0


class Check:
    """One walk over a running demonstration. `say` prints a line."""

    def __init__(self, demo, stream, say):
        self.demo = demo
        self.stream = stream
        self.say = say

    def expect(self, what, condition, seen=""):
        if not condition:
            raise Failure("%s: it is not so%s" % (what, "; seen: %s" % (seen,) if seen != "" else ""))
        self.say("ok    %s%s" % (what, ": %s" % (seen,) if seen != "" else ""))

    # What each door answers.

    def stream_data(self, viewer):
        url = "%s/v1/play?stream=%s&ip=%s" % (self.demo.net.http, self.stream, viewer)
        pull_data = json.loads(fetch(url))["stream_url"]["live_core_sdk_data"]["pull_data"]
        return json.loads(pull_data["stream_data"])

    def flv_url(self, viewer):
        return self.stream_data(viewer)["data"]["origin"]["main"]["flv"]

    def stream_data_node(self, viewer):
        return self.flv_url(viewer).split("/")[2].split(":")[0]

    def dig(self, viewer):
        done = subprocess.run(
            ["dig", "@" + self.demo.net.control, "-p", "8053", "+short", "+subnet=%s/24" % viewer, NAME],
            capture_output=True, text=True, timeout=10, check=True)
        return done.stdout.strip()

    def httpdns(self, viewer):
        done = subprocess.run(
            ["curl", "-sS", "%s/d?host=%s&ip=%s" % (self.demo.net.http, NAME, viewer)],
            capture_output=True, text=True, timeout=10, check=True)
        return json.loads(done.stdout)["ips"][0]

    def every_door(self, viewer):
        return {"DNS": self.dig(viewer), "HTTPDNS": self.httpdns(viewer),
                "stream_data": self.stream_data_node(viewer)}

    # The steps.

    def end_leftover(self):
        """A stream of that name that an earlier run left on the same store."""
        try:
            state = self.demo.ctl_json("stream", "get", self.stream)["state"]
        except Failure:
            return
        if state != "ENDED":
            self.demo.ctl("stream", "end", self.stream)

    def create(self):
        self.end_leftover()
        created = self.demo.ctl_json("stream", "create", self.stream, "--publish-point", "demo",
                                     "--ip", GUANGDONG_TELECOM)
        url = created["push_lines"][0]["url"]
        self.expect("created stream %s over gRPC, to be pushed to" % self.stream,
                    url.startswith("rtmp://"), url)
        return url

    def publish(self, url):
        self.demo.processes.start("ffmpeg", media.publish_command(url))
        wait_for("the relay's word that %s is published" % self.stream,
                 lambda: self.demo.ctl_json("stream", "get", self.stream)["state"] == "PUBLISHING")
        self.say("ok    ffmpeg publishes it, and the relay has told the control plane")

    def play(self):
        telecom, unicom = self.flv_url(GUANGDONG_TELECOM), self.flv_url(BEIJING_UNICOM)
        self.expect("stream_data names different nodes for Guangdong Telecom and Beijing Unicom",
                    telecom.split("/")[2] != unicom.split("/")[2], "%s and %s" % (telecom, unicom))
        for viewer, url in (("Guangdong Telecom", telecom), ("Beijing Unicom", unicom)):
            probed = media.probe(url)
            self.expect("ffprobe plays the %s viewer's URL" % viewer,
                        media.codecs(probed) == ["aac", "h264"], " ".join(media.codecs(probed)))
            self.expect("  and its first video frame is a keyframe",
                        media.first_video_packet_is_key(probed))
        hls = self.stream_data(GUANGDONG_TELECOM)["data"]["origin"]["main"]["hls"]
        self.expect("ffprobe plays the HLS URL of the same stream",
                    media.codecs(media.probe(hls)) == ["aac", "h264"], hls)
        pulled = "pull live/%s from http://" % self.stream
        with open(self.demo.processes.log("beijing-unicom")) as log:
            line = [text for text in log if pulled in text]
        self.expect("the Beijing relay pulled the stream back to source", line,
                    line[0].split("] ")[-1].strip() if line else "")

    def doors_agree(self):
        for viewer in (GUANGDONG_TELECOM, BEIJING_UNICOM):
            doors = self.every_door(viewer)
            self.expect("dig with +subnet, curl and stream_data agree on %s's node" % viewer,
                        len(set(doors.values())) == 1, doors["DNS"])

    def drain(self):
        away, home = self.demo.net.relays["beijing-unicom"], self.demo.net.relays["guangzhou-telecom"]
        self.demo.ctl("node", "drain", "guangzhou-telecom", "--reason", "a check")
        self._expect_move("guangzhou-telecom is drained", away)
        self.demo.ctl("node", "undrain", "guangzhou-telecom", "--reason", "the check is over")
        self._expect_move("guangzhou-telecom is back", home)

    def _expect_move(self, what, node):
        began = time.monotonic()
        wait_for("every door's answer moving to %s after %s" % (node, what),
                 lambda: set(self.every_door(GUANGDONG_TELECOM).values()) == {node})
        took = time.monotonic() - began
        self.expect("%s: every door answers %s within %g s" % (what, node, MOVE_SECONDS),
                    took <= MOVE_SECONDS, "after %.2f s" % took)

    def vantages(self):
        words = "%d vantages up" % len(self.demo.net.vantages)
        wait_for("the vantages' word on both relays",
                 lambda: all(self.demo.checks(node) == words for node in self.demo.net.relays))
        self.say("ok    both relays pass the checks of the vantages: %s" % words)

    def delays(self):
        nodes = list(self.demo.net.relays)
        pairs = [(a, "node/" + b) for a in nodes for b in nodes if a != b]
        wait_for("the relays' measurements of each other",
                 lambda: all(entry.get("counted_us") for entry in map(self.demo.delays().get, pairs) if entry)
                 and all(pair in self.demo.delays() for pair in pairs))
        self.say("ok    the relays measure each other:\n")
        self.say("      " + self.demo.ctl("node", "delays").rstrip().replace("\n", "\n      "))
        self.say("")

    def explain(self):
        text = self.demo.ctl("explain", "play", "--stream", self.stream, "--ip", GUANGDONG_TELECOM)
        for word in ("same-city-isp", "across-isps", "ratio rule", "chosen"):
            if word not in text:
                raise Failure("nearcastctl explain play does not speak of %s:\n%s" % (word, text))
        self.say("ok    nearcastctl explain play says why:\n")
        self.say("      " + text.rstrip().replace("\n", "\n      "))
        self.say("")

    def end(self):
        self.demo.processes.end("ffmpeg")
        state = self.demo.ctl_json("stream", "end", self.stream)["state"]
        self.expect("ended the stream", state == "ENDED", state)

    def run(self):
        self.vantages()
        self.publish(self.create())
        self.play()
        self.doors_agree()
        self.drain()
        self.delays()
        self.explain()
        self.end()
