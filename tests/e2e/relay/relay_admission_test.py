"""Signed URLs at every door of a relay: good, wrong, expired and missing signatures; keys from a file, changed under way."""

import hashlib
import hmac
import json
import os
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.error

from relay_harness import FlvPlayer, Publisher, Relay, wait_for

PUSH_KEY = "key-of-publishers"
PLAY_KEY = "key-of-viewers"
KEYS = """
push: {method: TENCENT, key: %s}
pull: {method: HMAC_SHA256, key: %s}
"""


def play(path, key=PLAY_KEY, seconds=600, parameters=""):
    """A play URL's path and query, as the scheduler signs for one's own relays."""
    expire = int(time.time()) + seconds
    sign = hmac.new(key.encode(), f"{path}\n{expire}".encode(), hashlib.sha256).hexdigest()
    return f"{path}?{parameters}sign={sign}&expire={expire}"


def push(name, key=PUSH_KEY, seconds=600):
    """A stream's name and query, as Tencent signs."""
    expire = format(int(time.time()) + seconds, "X")
    secret = hashlib.md5((key + name.split("/")[-1] + expire).encode()).hexdigest()
    return f"{name}?txSecret={secret}&txTime={expire}"


def status_of(relay, path):
    """Status and body of a GET that ends."""
    try:
        return 200, relay.get(path)
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def metric(relay, name):
    for line in relay.get("/metrics").decode().splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    raise AssertionError(f"no metric {name}")


def refused(relay, reason):
    return metric(relay, 'nearcast_relay_urls_refused_total{reason="%s"}' % reason)


class AdmissionTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.keys = os.path.join(folder.name, "keys.yaml")
        self.write_keys(KEYS % (PUSH_KEY, PLAY_KEY))

    def write_keys(self, text):
        with open(self.keys, "w") as out:
            out.write(text)

    def relay(self, *flags, node="node"):
        relay = Relay(f"--url_keys_file={self.keys}", *flags, node=node)
        self.addCleanup(relay.stop)
        return relay

    def publish(self, relay, url):
        publisher = Publisher(url)
        self.addCleanup(publisher.stop)
        return publisher

    def player(self, relay, path, headers=()):
        player = FlvPlayer(relay, path, headers)
        self.addCleanup(player.close)
        return player

    def live_relay(self):
        relay = self.relay()
        self.publish(relay, relay.rtmp(push("live/show")))
        relay.wait_live("live/show")
        return relay

    def test_a_publisher_needs_the_scheduler_s_url_by_rtmp_and_by_post(self):
        relay = self.relay()
        for url in (relay.rtmp("live/show"), relay.rtmp(push("live/show", key="wrong")),
                    relay.rtmp(push("live/show", seconds=-1)), relay.http("/" + "live/show.flv")):
            refused_publisher = self.publish(relay, url)
            refused_publisher.process.wait(timeout=20)
            self.assertNotEqual(refused_publisher.process.returncode, 0, url)
        self.assertEqual(relay.streams(), {})
        self.assertEqual(refused(relay, "missing"), 2)
        self.assertEqual(refused(relay, "wrong"), 1)
        self.assertEqual(refused(relay, "expired"), 1)
        self.publish(relay, relay.rtmp(push("live/show")))
        self.publish(relay, relay.http("/" + push("live/post").replace("?", ".flv?")))
        relay.wait_live("live/show")
        relay.wait_live("live/post")

    def test_every_player_needs_one_and_is_told_why(self):
        relay = self.live_relay()
        for path in ("/live/show.flv", "/live/show.m3u8"):
            for url, why in ((path, "not signed"), (play(path, key="wrong"), "signature is wrong"),
                             (play(path, seconds=-1), "has expired"),
                             (play("/live/other" + path[10:]).replace("other", "show"), "signature is wrong")):
                status, body = status_of(relay, url)
                self.assertEqual(status, 403, url)
                self.assertIn(why, json.loads(body)["error"])
        for upgrade in ((), ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                             "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")):
            player = self.player(relay, "/live/show.flv", upgrade)
            wait_for("an answer", lambda: player.status)
            self.assertEqual(player.status, 403)
        player = self.player(relay, play("/live/show.flv", parameters="gop_cache_ms=1000&"))
        wait_for("pictures", lambda: len(player.video()) > 30 or player.error)
        self.assertIsNone(player.error)

    def test_an_hls_session_is_opened_by_a_signed_url_and_goes_on_by_its_id(self):
        relay = self.live_relay()
        out = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0",
                              relay.http(play("/live/show.m3u8"))], capture_output=True, timeout=60)
        self.assertIn(b"video", out.stdout, out.stderr)

    def test_rtmp_players_too(self):
        relay = self.live_relay()
        for name, good in (("live/show", False), (play("/live/show", seconds=-1)[1:], False),
                           (play("/live/show")[1:], True)):
            out = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0",
                                  relay.rtmp(name)], capture_output=True, timeout=60)
            self.assertEqual(b"video" in out.stdout, good, out.stderr)

    def test_keys_are_read_again_and_broken_ones_change_nothing(self):
        relay = self.live_relay()
        old, new = play("/live/show.m3u8"), play("/live/show.m3u8", key="next-key")
        self.assertEqual(status_of(relay, new)[0], 403)
        self.write_keys("pull: {method: HMAC_SHA256}")
        relay.process.send_signal(signal.SIGHUP)
        wait_for("the failure counted", lambda: metric(relay, "nearcast_relay_url_keys_failed_total") == 1)
        self.assertEqual(status_of(relay, old)[0], 200)
        self.write_keys("pull: {method: HMAC_SHA256, key: %s, backup_key: next-key}" % PLAY_KEY)
        relay.process.send_signal(signal.SIGHUP)
        wait_for("the new key", lambda: status_of(relay, new)[0] == 200)
        self.assertEqual(status_of(relay, old)[0], 200)

    def test_a_relay_does_not_start_with_a_broken_file(self):
        self.write_keys("pul: {method: HMAC_SHA256}")
        relay = self.relay()
        self.assertEqual(relay.process.wait(timeout=20), 1)

    def test_the_key_is_not_in_the_process_list(self):
        relay = self.relay()
        with open(f"/proc/{relay.process.pid}/cmdline", "rb") as line:
            self.assertNotIn(PLAY_KEY.encode(), line.read())

    def test_relays_with_the_same_keys_fetch_from_one_another(self):
        origin = self.live_relay()
        edge = self.relay(f"--origin={origin.http()}", node="edge")
        player = self.player(edge, play("/live/show.flv"))
        wait_for("pictures", lambda: len(player.video()) > 30 or player.error)
        self.assertIsNone(player.error)
        self.assertEqual(refused(origin, "missing"), 0)
        self.assertNotIn("sign=", edge.stream("live/show")["upstream"])

    def test_a_wrong_url_fetches_nothing(self):
        origin = self.live_relay()
        edge = self.relay(f"--origin={origin.http()}", node="edge")
        self.assertEqual(status_of(edge, play("/live/show.flv", key="wrong"))[0], 403)
        self.assertEqual(edge.streams(), {})
        self.assertEqual(metric(edge, "nearcast_relay_pulls_started_total"), 0)


if __name__ == "__main__":
    unittest.main()
