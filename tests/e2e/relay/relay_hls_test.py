"""HLS at the edge: sessions polled by the rules, streams of several shapes, players that are not browsers."""

import http.client
import json
import shutil
import signal
import subprocess
import threading
import time
import unittest
import urllib.error
import urllib.request

from hls_poller import HlsPoller, Playlist
from relay_harness import HTTP_PORT, FlvPlayer, Publisher, Relay, RelayCase, wait_for

POLL_SECONDS = 12


def poll_all(urls, seconds):
    """Polls several sessions at once; returns pollers by what was asked."""
    pollers = {name: HlsPoller(url) for name, url in urls.items()}
    threads = [threading.Thread(target=poller.run, args=(seconds,)) for poller in pollers.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return pollers


def metric(relay, name):
    for line in relay.get("/metrics").decode().splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    raise AssertionError("no metric " + name)


class HlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.origin = Relay(node="origin")
        cls.edge = Relay(f"--origin={cls.origin.http()}", "--hls_slice_ms=1600", node="edge")
        cls.publisher = Publisher(cls.origin.rtmp("live/show"), gop_frames=40)
        cls.origin.wait_live("live/show", cached_ms=6000)

    @classmethod
    def tearDownClass(cls):
        cls.publisher.stop()
        for relay in (cls.edge, cls.origin):
            assert relay.stop() == 0, f"{relay.node} did not stop cleanly: {relay.log[-5:]}"

    def test_every_kind_of_session_keeps_the_rules(self):
        base = self.edge.http("/live/show.m3u8?hls_start_ms=9000&")
        pollers = poll_all({query: base + query for query in (
            "hls_cut=key&hls_slice_ms=1600", "hls_cut=even&hls_slice_ms=1000",
            "hls_cut=even&hls_slice_ms=1000&hls_entry=redirect", "hls_format=fmp4", "hls_format=ll",
            "hls_format=fmp4&hls_cut=even&hls_slice_ms=1000", "hls_format=fmp4&network_grade=3",
            "hls_format=ll&network_grade=1",
            "only_audio=1&hls_slice_ms=1000", "network_grade=8")}, POLL_SECONDS)
        for query, poller in pollers.items():
            with self.subTest(query):
                self.assertEqual(poller.problems, [])
                self.assertGreater(poller.fetched, 4)
                if "1000" in query:
                    self.assertGreater(poller.removals, 3)
        self.assertEqual(pollers["network_grade=8"].playlists[0].number("EXT-X-TARGETDURATION"), 2)
        self.assertEqual(pollers["hls_format=fmp4&network_grade=3"].playlists[0].number(
            "EXT-X-TARGETDURATION"), 4)  # two GOPs
        self.assertIn("PART-HOLD-BACK=4.5", pollers["hls_format=ll&network_grade=1"].playlists[0].text)

    def test_hls_and_flv_viewers_share_one_pull_and_one_mux(self):
        flv = FlvPlayer(self.edge, "/live/show.flv")
        self.addCleanup(flv.close)
        for _ in range(30):
            HlsPoller(self.edge.http("/live/show.m3u8")).poll()
        self.assertEqual(self.origin.stream("live/show")["viewers"], 1)
        self.assertGreaterEqual(self.edge.stream("live/show")["viewers"], 31)
        self.assertEqual(metric(self.edge, "nearcast_relay_hls_streams"), 1)

    def test_sessions_are_listed_among_the_viewers(self):
        flv = FlvPlayer(self.edge, "/live/show.flv")
        self.addCleanup(flv.close)
        low = HlsPoller(self.edge.http("/live/show.m3u8?hls_format=ll"))
        low.poll()
        wait_for("the FLV viewer's frames", lambda: flv.tags)
        seen = self.viewers("live/show")
        self.assertIn("http-flv", [v["protocol"] for v in seen if "queue_ms" in v])
        polled = max((v for v in seen if v.get("format") == "ll-hls"), key=lambda v: v["bytes_sent"])
        self.assertEqual((polled["protocol"], polled["state"]), ("hls", "playing"))
        self.assertTrue(polled["address"].startswith("127."))
        self.assertGreaterEqual(polled["slices"], 1)
        self.assertGreater(polled["bytes_sent"], 0)
        self.assertGreater(polled["delay_ms_max"], 0)
        self.assertGreaterEqual(polled["session_ms"], polled["silent_ms"])
        self.assertEqual(self.viewers("live/none"), [])
        self.assertEqual(len(json.loads(self.edge.get("/api/viewers?limit=2"))["viewers"]), 2)

    def viewers(self, stream):
        return json.loads(self.edge.get(f"/api/viewers?limit=10000&stream={stream}"))["viewers"]

    def test_two_sessions_read_the_same_bytes(self):
        pollers = [HlsPoller(self.edge.http("/live/show.m3u8?hls_cut=key")) for _ in range(2)]
        for poller in pollers:
            poller.poll()
        first, second = (set(poller.digests.values()) for poller in pollers)
        self.assertTrue(first & second)

    def test_a_blocking_reload_waits_for_its_part(self):
        poller = HlsPoller(self.edge.http("/live/show.m3u8?hls_format=ll"))
        poller.poll()
        last = poller.playlists[-1]
        msn = last.number("EXT-X-MEDIA-SEQUENCE") + len(last.slices)
        reload_url = f"{poller.url}&_HLS_msn={msn}&_HLS_part={len(last.open_parts)}"
        began = time.monotonic()
        reloaded = Playlist(poller._get(reload_url).decode())
        self.assertLess(time.monotonic() - began, 3)
        self.assertGreater(len(reloaded.open_parts) + 100 * len(reloaded.slices),
                           len(last.open_parts) + 100 * len(last.slices))
        hinted = poller._get(urllib.request.urljoin(poller.url, reloaded.hint))
        self.assertEqual(hinted[4:8], b"moof")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            poller._get(f"{poller.url}&_HLS_msn={msn + 100}")
        self.assertEqual(refused.exception.code, 400)

    def test_a_delta_update_leaves_out_what_the_client_has(self):
        poller = HlsPoller(self.edge.http("/live/show.m3u8?hls_format=ll&hls_start_ms=20000"))
        wait_for("a long playlist", lambda: poller.poll() and poller.playlists[-1].seconds() > 15, 25)
        skipped = Playlist(poller._get(poller.url + "&_HLS_skip=YES").decode())
        self.assertIn("EXT-X-SKIP", skipped.tags)
        self.assertLess(len(skipped.slices), len(poller.playlists[-1].slices))

    def test_a_session_id_is_good_for_its_stream_alone(self):
        url = HlsPoller(self.edge.http("/live/show.m3u8")).url
        for other in (url.replace("/show.", "/other."), url[:-1] + ("A" if url[-1] != "A" else "B"),
                      url.split("sid=")[0] + "sid=" + "A" * 43):
            with self.subTest(other), self.assertRaises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(other, timeout=5)
            self.assertEqual(refused.exception.code, 403)

    def test_a_stream_that_nobody_has_is_404_at_once(self):
        began = time.monotonic()
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.edge.get("/live/none.m3u8")
        self.assertEqual(refused.exception.code, 404)
        self.assertLess(time.monotonic() - began, 5)

    def test_bad_parameters_are_400_with_a_reason(self):
        for query in ("hls_cut=odd", "hls_slice_ms=1", "hls_entry=x", "hls_format=avi",
                      "network_grade=9", "hls_start_ms=soon",
                      "hls_cut=even&hls_format=ll", "hls_slice_ms=1000&hls_format=fmp4",
                      "_HLS_part=1"):
            with self.subTest(query), self.assertRaises(urllib.error.HTTPError) as refused:
                self.edge.get("/live/show.m3u8?" + query)
            self.assertEqual(refused.exception.code, 400)
            self.assertIn(query.split("=")[0].encode(), refused.exception.read())

    def test_ffmpeg_decodes_every_format_without_an_error(self):
        for query in ("hls_cut=even", "hls_format=fmp4", "hls_entry=redirect"):
            with self.subTest(query):
                out = subprocess.run(
                    ["ffmpeg", "-v", "error", "-xerror", "-err_detect", "explode", "-nostdin", "-i",
                     self.edge.http("/live/show.m3u8?" + query), "-t", "5", "-f", "null", "-"],
                    capture_output=True, timeout=40)
                self.assertEqual((out.returncode, out.stderr), (0, b""))

    @unittest.skipUnless(shutil.which("gst-launch-1.0"), "gstreamer1.0-tools is not installed")
    def test_gstreamer_plays(self):
        source = ["souphttpsrc", "location=" + self.edge.http("/live/show.m3u8")]
        elements = subprocess.run(["gst-inspect-1.0", "hlsdemux"], capture_output=True, timeout=30)
        if elements.returncode != 0:
            self.skipTest("gstreamer1.0-plugins-bad is not installed")
        out = subprocess.run(
            ["timeout", "-k", "2", "10", "gst-launch-1.0", "-v", *source, "!", "hlsdemux", "!", "tsdemux",
             "!", "h264parse", "!", "identity", "silent=false", "!", "fakesink"],
            capture_output=True, timeout=40)
        self.assertNotIn(b"ERROR", out.stdout + out.stderr)
        self.assertGreater(out.stdout.count(b"chain "), 100)  # pictures

    @unittest.skipUnless(shutil.which("tsreport"), "tstools is not installed")
    def test_tstools_finds_nothing_wrong_with_joined_slices(self):
        poller = HlsPoller(self.edge.http("/live/show.m3u8?hls_start_ms=9000&hls_cut=even"))
        poller.poll()
        joined = b"".join(poller._get(urllib.request.urljoin(poller.url, s.uri))
                          for s in poller.playlists[-1].slices)
        out = subprocess.run(["tsreport", "-stdin"], input=joined, capture_output=True, timeout=20)
        self.assertEqual(out.returncode, 0)
        self.assertNotIn(b"###", out.stdout + out.stderr)
        self.assertNotIn(b"!!!", out.stdout + out.stderr)


class ShapeTest(RelayCase):
    def publish(self, relay, name="live/show", **shape):
        publisher = Publisher(relay.rtmp(name), **shape)
        self.addCleanup(publisher.stop)
        return publisher

    def test_sound_alone_and_picture_alone_play(self):
        relay = self.relay()
        self.publish(relay, "live/sound", video=False)
        self.publish(relay, "live/picture", audio=False, gop_frames=25)
        for name in ("sound", "picture"):
            wait_for(name, lambda: relay.stream(f"live/{name}").get("cached_ms", 0) > 4000)
        pollers = poll_all({f"{name} {form}": relay.http(f"/live/{name}.m3u8?hls_format={form}")
                            for name in ("sound", "picture") for form in ("ts", "ll")}, 5)
        for what, poller in pollers.items():
            with self.subTest(what):
                self.assertEqual(poller.problems, [])
                self.assertGreater(poller.fetched, 1)

    def test_a_publisher_that_returns_otherwise_is_one_discontinuity_and_its_end_an_endlist(self):
        relay = self.relay("--reconnect_grace_ms=8000")
        first = self.publish(relay, gop_frames=25)
        relay.wait_live("live/show", cached_ms=4000)
        pollers = [HlsPoller(relay.http("/live/show.m3u8?hls_format=" + form))
                   for form in ("ts&hls_slice_ms=1000", "ll")]
        for poller in pollers:
            poller.poll()
        first.stop(signal.SIGKILL)
        self.publish(relay, gop_frames=25, audio=False, seconds=7)
        threads = [threading.Thread(target=poller.run, args=(25,)) for poller in pollers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for poller in pollers:
            self.assertEqual(poller.problems, [])
            last = poller.playlists[-1]
            self.assertTrue(last.ended)
            # One for the silence between the two, and one for the sound that has gone.
            self.assertIn(last.number("EXT-X-DISCONTINUITY-SEQUENCE")
                          + sum(s.discontinuity for s in last.slices), (1, 2))

    def test_a_viewer_may_come_before_the_publisher(self):
        relay = self.relay("--origin=http://127.0.0.1:9", "--hls_slice_ms=1000")
        found = []
        waiting = threading.Thread(
            target=lambda: found.append(HlsPoller(relay.http("/live/show.m3u8"))))
        waiting.start()
        wait_for("the wait", lambda: relay.stream("live/show").get("viewers") == 1)
        self.publish(relay, gop_frames=25)
        waiting.join(timeout=15)
        self.assertTrue(found)
        found[0].poll()
        self.assertEqual(found[0].problems, [])

    def test_sessions_are_bounded_and_may_belong_to_an_address(self):
        relay = self.relay("--hls_sessions_max=2", "--hls_bind_ip")
        self.publish(relay, gop_frames=25)
        relay.wait_live("live/show", cached_ms=4000)
        url = HlsPoller(relay.http("/live/show.m3u8")).url
        urllib.request.urlopen(url, timeout=5).close()
        stranger = http.client.HTTPConnection(relay.ip, HTTP_PORT, timeout=5,
                                              source_address=("127.0.0.77", 0))
        stranger.request("GET", url.split(str(HTTP_PORT))[1])
        self.assertEqual(stranger.getresponse().status, 403)
        stranger.close()
        HlsPoller(relay.http("/live/show.m3u8"))
        with self.assertRaises(urllib.error.HTTPError) as refused:
            relay.get("/live/show.m3u8")
        self.assertEqual(refused.exception.code, 503)
        self.assertEqual(metric(relay, "nearcast_relay_hls_sessions_refused_total"), 1)

    def test_sessions_that_nobody_uses_expire(self):
        relay = self.relay("--hls_slice_ms=1000")
        self.publish(relay, gop_frames=25)
        relay.wait_live("live/show", cached_ms=4000)
        for _ in range(50):
            HlsPoller(relay.http("/live/show.m3u8"))
        self.assertEqual(relay.stream("live/show")["viewers"], 50)
        wait_for("all sessions to expire",
                 lambda: metric(relay, "nearcast_relay_hls_sessions") == 0, seconds=25)
        self.assertEqual(relay.stream("live/show")["viewers"], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
