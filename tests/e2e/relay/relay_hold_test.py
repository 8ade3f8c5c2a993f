"""Preheat: streams fetched and held without viewers, by flag and by order from this machine."""

import json
import time
import unittest
import urllib.error
import urllib.request

from relay_harness import HTTP_PORT, FlvPlayer, Publisher, RelayCase, probe_packets, wait_for

HOLD_MS = 500


def order(relay, method, path, headers=None):
    request = urllib.request.Request(relay.http(path), method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=15) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


class HoldTest(RelayCase):
    def setUp(self):
        self.origin = self.relay(node="origin")

    def edge(self, *flags):
        return self.relay(f"--origin={self.origin.http()}", f"--pull_hold_ms={HOLD_MS}", *flags,
                          node="edge")

    def publish(self, name="live/show"):
        publisher = Publisher(self.origin.rtmp(name), gop_frames=25)
        self.addCleanup(publisher.stop)
        self.origin.wait_live(name)
        return publisher

    def test_a_stream_that_is_ordered_is_here_soon_after_it_begins_and_stays(self):
        edge = self.edge()
        self.assertEqual(order(edge, "PUT", "/api/hold?stream=live/show")[0], 200)
        self.assertEqual(json.loads(order(edge, "GET", "/api/orders")[1]),
                         {"hold": ["live/show"], "forward": []})
        time.sleep(3)  # the longest pause between two questions has been reached
        self.publish()
        began = time.monotonic()
        edge.wait_live("live/show")
        print(f"held {(time.monotonic() - began) * 1000:.0f} ms after it was live at the origin")
        self.assertEqual(edge.stream("live/show")["viewers"], 0)
        wait_for("a longer cache than the hold after viewers",
                 lambda: edge.stream("live/show")["cached_ms"] > 6 * HOLD_MS)
        self.assertEqual(edge.metric("nearcast_relay_held_streams"), 1)
        self.assertEqual(self.origin.stream("live/show")["viewers"], 1)
        player = FlvPlayer(edge, "/live/show.flv")
        wait_for("pictures", lambda: len(player.video()) > 5)
        player.close()
        self.assertEqual(order(edge, "DELETE", "/api/hold?stream=live/show")[0], 200)
        wait_for("the pull to end", lambda: self.origin.stream("live/show")["viewers"] == 0)
        self.assertEqual(order(edge, "DELETE", "/api/hold?stream=live/show")[0], 404)

    def test_a_held_stream_that_ends_is_held_again_when_it_begins_anew(self):
        edge = self.edge("--hold=live/show")
        first = self.publish()
        edge.wait_live("live/show")
        first.stop()
        wait_for("the end", lambda: edge.stream("live/show").get("state") != "live")
        self.publish()
        edge.wait_live("live/show")

    def test_orders_are_taken_from_this_machine_only(self):
        edge = self.edge()
        path = "/api/hold?stream=live/show"
        for headers in ({"Origin": "http://evil.example"}, {"X-Forwarded-For": "203.0.113.9"},
                        {"Host": f"evil.example:{HTTP_PORT}"}):
            self.assertEqual(order(edge, "PUT", path, headers)[0], 403, headers)
        self.assertEqual(order(edge, "PUT", "/api/hold?stream=show")[0], 400)
        self.assertEqual(order(edge, "POST", path)[0], 400)
        self.assertEqual(json.loads(order(edge, "GET", "/api/orders")[1])["hold"], [])

    def test_all_formats_share_one_fetch(self):
        edge = self.edge()
        self.publish()
        players = [FlvPlayer(edge, "/live/show.flv") for _ in range(3)]
        for player in players:
            self.addCleanup(player.close)
            wait_for("pictures", lambda: len(player.video()) > 5)
        self.assertTrue(probe_packets(edge.rtmp("live/show")))
        self.assertIn(b"#EXTM3U", edge.get("/live/show.m3u8"))
        self.assertEqual(self.origin.stream("live/show")["viewers"], 1)
        self.assertEqual(edge.metric("nearcast_relay_pulls_started_total"), 1)

    def test_an_address_is_asked_for_what_a_host_has(self):
        edge = self.relay(f"--origin=http://pull.example.test#{self.origin.ip}:{HTTP_PORT}",
                          node="edge")
        self.publish()
        player = FlvPlayer(edge, "/live/show.flv")
        self.addCleanup(player.close)
        wait_for("pictures", lambda: len(player.video()) > 5)

    def test_a_fetch_may_go_on_until_the_stream_ends(self):
        edge = self.relay(f"--origin={self.origin.http()}", "--pull_hold_ms=-1", node="edge")
        self.publish()
        player = FlvPlayer(edge, "/live/show.flv")
        wait_for("pictures", lambda: len(player.video()) > 5)
        player.close()
        wait_for("no viewer", lambda: edge.stream("live/show")["viewers"] == 0)
        frames = edge.stream("live/show")["frames"]
        wait_for("frames", lambda: edge.stream("live/show")["frames"] > frames + 100)
        self.assertEqual(edge.stream("live/show")["state"], "live")


if __name__ == "__main__":
    unittest.main(verbosity=2)
