"""Publish and play: keyframe first, start limits, back-to-source, reconnects, refusals."""

import signal
import socket
import subprocess
import time
import unittest
import urllib.error
import urllib.request

import relay_harness as harness
from relay_harness import FlvPlayer, Publisher, Relay, RelayCase, probe_packets, wait_for

KEY, GOP_MS, FRAME_MS = 1, 2000, 40


class PlayTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.origin = Relay(node="origin")
        cls.edge = Relay(f"--origin={cls.origin.http()}", "--pull_hold_ms=500", node="edge")
        cls.publisher = Publisher(cls.origin.rtmp("live/show"))
        cls.origin.wait_live("live/show", cached_ms=6000)

    @classmethod
    def tearDownClass(cls):
        cls.publisher.stop()
        for relay in (cls.edge, cls.origin):
            assert relay.stop() == 0, f"{relay.node} did not stop cleanly: {relay.log[-5:]}"

    def play(self, relay, path="/live/show.flv", headers=()):
        player = FlvPlayer(relay, path, headers)
        self.addCleanup(player.close)
        return player

    def test_first_picture_is_a_keyframe_on_every_door(self):
        urls = [self.origin.http("/live/show.flv"), self.origin.rtmp("live/show"),
                self.edge.http("/live/show.flv"), self.edge.rtmp("live/show")]
        for url in urls:
            with self.subTest(url):
                packets = probe_packets(url)
                video = [p for p in packets if p["codec_type"] == "video"]
                self.assertTrue(video, packets)
                self.assertIn("K", video[0]["flags"])
                self.assertTrue(any(p["codec_type"] == "audio" for p in packets))

    def test_the_start_limit_of_the_url_is_honoured(self):
        for limit_ms in (0, 1800, 4000):
            with self.subTest(limit_ms):
                player = self.play(self.origin, f"/live/show.flv?gop_cache_ms={limit_ms}")
                wait_for("a burst", lambda: len(player.video()) > limit_ms // FRAME_MS)
                time.sleep(0.15)  # the burst is over once frames come at their own pace
                tags = player.video()
                elapsed_ms = (time.monotonic() - player.began) * 1000
                age_ms = tags[-1][1] - tags[0][1]
                self.assertGreaterEqual(age_ms, limit_ms - FRAME_MS)
                self.assertLess(age_ms - elapsed_ms, limit_ms + GOP_MS + 2 * FRAME_MS)
                self.assertEqual(tags[0][2] >> 4, KEY)

    def test_upper_limit_starts_within_it(self):
        player = self.play(self.origin, "/live/show.flv?gop_cache_ms=3000&gop_cache_policy=upper")
        wait_for("a burst", lambda: len(player.video()) > 24)
        time.sleep(0.15)
        tags = player.video()
        elapsed_ms = (time.monotonic() - player.began) * 1000
        self.assertLess(tags[-1][1] - tags[0][1] - elapsed_ms, 3000 + FRAME_MS)

    def test_the_header_names_the_tracks_that_exist(self):
        both = self.play(self.origin)
        wait_for("tags", lambda: len(both.tags) > 5)
        self.assertEqual(both.flags, 5)
        sound = self.play(self.origin, "/live/show.flv?only_audio=1")
        wait_for("tags", lambda: len(sound.tags) > 5)
        self.assertEqual(sound.flags, 4)
        self.assertEqual({t[0] for t in sound.tags}, {8})

    def test_the_first_viewer_of_an_edge_gets_the_start_that_it_asks_for(self):
        edge = Relay(f"--origin={self.origin.http()}", node="fresh")
        self.addCleanup(edge.stop)
        self.origin.wait_live("live/show", cached_ms=6000 + GOP_MS)
        player = self.play(edge, "/live/show.flv?gop_cache_ms=6000")

        def head_start_ms():
            """How much more of the stream it has than time has passed since its first picture."""
            seen = [(tag[1], at) for tag, (at, _) in zip(player.tags, player.arrivals) if tag[0] == 9 and tag[3] > 60]
            return max((dts - seen[0][0] - (at - seen[0][1]) * 1000 for dts, at in seen), default=0)

        wait_for("a start 6 s back", lambda: head_start_ms() >= 6000 - FRAME_MS)
        self.assertEqual(player.video()[0][2] >> 4, KEY)

    def test_who_asks_for_more_than_is_kept_is_told_what_is(self):
        for limit_ms, told in ((10000, None), (20000, "10000")):
            with urllib.request.urlopen(self.origin.http(f"/live/show.flv?gop_cache_ms={limit_ms}"),
                                        timeout=15) as answer:
                self.assertEqual(answer.headers["X-Nearcast-Gop-Cache-Ms"], told)

    def test_many_viewers_of_an_edge_are_one_pull(self):
        players = [self.play(self.edge) for _ in range(8)]
        for player in players:
            wait_for("pictures", lambda: len(player.video()) > 30)
            player.check_times(self)
        self.assertEqual(self.edge.stream("live/show")["viewers"], 8)
        self.assertEqual(self.origin.stream("live/show")["viewers"], 1)

    def test_a_pull_ends_after_its_last_viewer(self):
        player = self.play(self.edge)
        wait_for("pictures", lambda: len(player.video()) > 5)
        player.close()
        wait_for("the pull to end", lambda: self.origin.stream("live/show")["viewers"] == 0)
        again = self.play(self.edge)
        wait_for("pictures again", lambda: len(again.video()) > 5)

    def test_what_an_edge_plays_decodes_without_an_error(self):
        out = subprocess.run(
            ["ffmpeg", "-v", "error", "-xerror", "-err_detect", "explode", "-nostdin", "-i",
             self.edge.http("/live/show.flv"), "-t", "4", "-f", "null", "-"],
            capture_output=True, timeout=40)
        self.assertEqual((out.returncode, out.stderr), (0, b""))

    def test_a_stream_that_nobody_has_is_404_and_leaves_nothing(self):
        for relay in (self.origin, self.edge):
            before = relay.descriptors()
            for i in range(40):
                with self.assertRaises(urllib.error.HTTPError) as refused:
                    relay.get(f"/live/none-{i}.flv")
                self.assertEqual(refused.exception.code, 404)
            wait_for("descriptors to be free", lambda: relay.descriptors() <= before + 2)

    def test_a_request_that_came_through_this_node_is_refused(self):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.origin.get("/live/show.flv", {"X-Nearcast-Via": "far, origin"})
        self.assertEqual(refused.exception.code, 508)

    def test_a_request_that_comes_byte_by_byte_plays_as_well(self):
        address = (self.origin.ip, harness.HTTP_PORT)
        with socket.create_connection(address, timeout=20) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in b"GET /live/show.flv HTTP/1.1\r\nHost: relay\r\n\r\n":
                connection.sendall(bytes([byte]))
            self.assertEqual(connection.makefile("rb").readline(), b"HTTP/1.1 200 OK\r\n")

    def test_bad_parameters_are_400_with_a_reason(self):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.origin.get("/live/show.flv?gop_cache_ms=soon")
        self.assertEqual(refused.exception.code, 400)
        self.assertIn(b"gop_cache_ms", refused.exception.read())

    def test_browsers_of_any_origin_may_play(self):
        request = harness.urllib.request.Request(self.origin.http("/live/show.flv"),
                                                 method="OPTIONS")
        with harness.urllib.request.urlopen(request, timeout=5) as response:
            self.assertEqual(response.headers["Access-Control-Allow-Origin"], "*")

    def test_streams_are_described(self):
        stream = self.origin.stream("live/show")
        self.assertEqual((stream["video_codec"], stream["audio_codec"]), ("h264", "aac"))
        self.assertEqual((stream["width"], stream["height"]), (320, 180))
        self.assertEqual(stream["gop_ms"], GOP_MS)
        self.assertAlmostEqual(stream["fps"], 25, delta=5)
        self.assertGreaterEqual(stream["cached_keyframes"], 2)
        metrics = self.origin.get("/metrics")
        self.assertIn(b"nearcast_relay_stream_gop_seconds{stream=\"live/show\"} 2\n", metrics)
        self.assertRegex(metrics, rb'nearcast_relay_stream_info{stream="live/show",source="push",upstream="127[0-9.]+",'
                                  rb'video_codec="h264",audio_codec="aac"} 1\n')
        self.assertIn(b"nearcast_relay_streams_left_out 0\n", metrics)

    def test_a_second_publisher_is_refused_and_the_first_goes_on(self):
        second = Publisher(self.origin.rtmp("live/show"), seconds=10)
        second.process.wait(timeout=20)
        self.assertNotEqual(second.process.returncode, 0)
        second.stop()
        self.assertEqual(self.origin.stream("live/show")["epoch"], 1)


class ChangeTest(RelayCase):
    def publish(self, relay, name="live/show", **shape):
        publisher = Publisher(relay.rtmp(name), **shape)
        self.addCleanup(publisher.stop)
        relay.wait_live(name)
        return publisher

    def test_viewers_stay_when_a_lost_publisher_returns(self):
        relay = self.relay()
        first = self.publish(relay, gop_frames=25)
        player = FlvPlayer(relay, "/live/show.flv")
        self.addCleanup(player.close)
        wait_for("pictures", lambda: len(player.video()) > 40)
        first.stop(signal.SIGKILL)
        wait_for("the loss", lambda: relay.stream("live/show")["state"] == "interrupted")
        count = len(player.video())
        self.publish(relay, gop_frames=25)
        wait_for("more pictures", lambda: len(player.video()) > count + 40)
        self.assertFalse(player.ended, player.error)
        player.check_times(self)

    def test_viewers_are_let_go_when_the_publisher_ends_on_purpose(self):
        origin = self.relay(node="origin")
        edge = self.relay(f"--origin={origin.http()}", node="edge")
        publisher = self.publish(origin, gop_frames=25)
        players = [FlvPlayer(origin, "/live/show.flv"), FlvPlayer(edge, "/live/show.flv")]
        for player in players:
            self.addCleanup(player.close)
            wait_for("pictures", lambda: len(player.video()) > 10)
        publisher.stop()
        for player in players:
            wait_for("the end", lambda: player.ended, seconds=8)
            self.assertIsNone(player.error)

    def test_an_edge_goes_to_the_next_origin(self):
        alive, dying = self.relay(node="alive"), self.relay(node="dying")
        self.publish(alive, gop_frames=25)
        first = self.publish(dying, gop_frames=25)
        edge = self.relay(f"--origin={dying.http()},{alive.http()}", node="edge")
        player = FlvPlayer(edge, "/live/show.flv")
        self.addCleanup(player.close)
        wait_for("pictures", lambda: len(player.video()) > 10)
        self.assertIn(dying.ip, edge.stream("live/show")["upstream"])
        dying.process.kill()
        wait_for("the other origin",
                 lambda: alive.ip in edge.stream("live/show").get("upstream", ""), seconds=5)
        count = len(player.video())
        wait_for("more pictures", lambda: len(player.video()) > count + 25)
        self.assertFalse(player.ended, player.error)
        player.check_times(self)
        first.stop(signal.SIGKILL)

    def test_sound_alone_and_picture_alone_play(self):
        relay = self.relay()
        self.publish(relay, "live/picture", audio=False, gop_frames=25)
        sound = Publisher(relay.rtmp("live/sound"), video=False)
        self.addCleanup(sound.stop)
        wait_for("sound", lambda: relay.stream("live/sound").get("state") == "live")
        for name, flags in (("picture", 1), ("sound", 4)):
            player = FlvPlayer(relay, f"/live/{name}.flv")
            self.addCleanup(player.close)
            wait_for("tags", lambda: len(player.tags) > 20)
            self.assertEqual(player.flags, flags)

    def test_a_port_in_use_is_said_in_words(self):
        relay = self.relay()
        out = subprocess.run([harness.RELAY, f"--listen_ip={relay.ip}"], capture_output=True,
                             timeout=10)
        self.assertEqual(out.returncode, 1)
        self.assertIn(f"port {harness.RTMP_PORT} on {relay.ip} is in use".encode(), out.stderr)



class PiecesTest(RelayCase):
    def test_what_is_read_and_sent_in_pieces_comes_whole_to_its_last_frame(self):
        relay = self.relay("--merge_read_ms=50", "--merge_write_ms=350", "--threads=2")
        publisher = self.publish(relay)
        time.sleep(1)  # nobody watches
        merged = [self.play(relay) for _ in range(4)]
        for player in merged:
            wait_for("pictures", lambda: len(player.video()) > 60)
        each = self.play(relay, "/live/show.flv?merge_write_ms=0")
        wait_for("pictures, each at once", lambda: len(each.video()) > 90)
        publisher.stop()
        for player in (*merged, each):
            wait_for("the end", lambda: player.ended)
            self.assertIsNone(player.error)
            player.check_times(self)
        last = each.frames()
        self.assertEqual(last[0][0], 9)
        for player in merged:
            self.assertEqual(player.frames()[-len(last):], last)


if __name__ == "__main__":
    unittest.main(verbosity=2)
