"""A preheated stream stands at the edge before its first viewer asks; the control plane's word brings and ends it."""

import json

from demo_case import DemoCase, main

import media
from processes import fetch, wait_for

TELECOM = "14.215.177.39"  # next to guangzhou-telecom
EDGE = "beijing-unicom"


class PreheatTest(DemoCase):
    def edge(self, path):
        return json.loads(fetch("http://%s:8088%s" % (self.demo.net.relays[EDGE], path)))

    def edge_stream(self, name):
        for stream in self.edge("/api/streams")["streams"]:
            if stream["name"].endswith(name):
                return stream
        return None

    def orders(self):
        return json.dumps(self.edge("/api/orders"))

    def test_the_edge_holds_it_before_anybody_asks(self):
        self.skip_without("ffmpeg", "ffprobe")
        self.demo.ctl("stream", "create", "event", "--publish-point", "demo", "--ip", TELECOM)
        shown = self.demo.ctl("stream", "preheat", "event", "--isp", "chinaunicom", "--for", "1h")
        self.assertIn("by 1 node: " + EDGE, shown)
        wait_for("the order at the edge", lambda: "live/event" in self.orders())
        created = self.demo.ctl_json("stream", "get", "event")
        self.assertEqual(created["push_lines"][0]["node"], "guangzhou-telecom")
        self.demo.processes.start("ffmpeg", media.publish_command(created["push_lines"][0]["url"]))
        held = wait_for("the stream at the edge", lambda: self.edge_stream("event"))
        self.assertEqual(held.get("viewers", 0), 0)
        url = "http://%s:8088/live/event.flv" % self.demo.net.relays[EDGE]
        probed = wait_for("pictures at the edge", lambda: media.probe(url))
        self.assertTrue(media.first_video_packet_is_key(probed))
        self.demo.ctl("stream", "preheat", "event", "--stop")
        wait_for("the end of the order", lambda: "live/event" not in self.orders())

    def test_a_stream_that_ends_is_held_no_longer(self):
        self.demo.ctl("stream", "create", "over", "--publish-point", "demo", "--ip", TELECOM)
        self.demo.ctl("stream", "preheat", "over", "--nodes", EDGE)
        wait_for("the order at the edge", lambda: "live/over" in self.orders())
        self.demo.ctl("stream", "end", "over")
        wait_for("the end of the order", lambda: "live/over" not in self.orders())


if __name__ == "__main__":
    main()
