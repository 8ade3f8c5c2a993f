"""What browsers play: hls.js and mpegts.js in headless Chromium, without a stall or an error.

Skipped, with a word, where there is no Chromium (apt-get install chromium) or no npm registry to fetch the players
from. Each play lasts BROWSER_SECONDS of the environment, 2 by default; a minute each:

    bazel test //tests/e2e/relay:browser_play_test --test_env=BROWSER_SECONDS=60 --test_timeout=900

Node that must be told of a certificate authority: --test_env=NODE_EXTRA_CA_CERTS.
"""

import http.server
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse

from relay_harness import Publisher, Relay

SECONDS = float(os.environ.get("BROWSER_SECONDS", "2"))
PLAYERS = {"hls": "hls.js/dist/hls.min.js", "mpegts": "mpegts.js/dist/mpegts.js"}
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"]
HERE = os.path.dirname(os.path.abspath(__file__))


def skip(why):
    print("SKIPPED: " + why)
    sys.exit(0)


def chromium():
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


def fetch_players(folder):
    """Puts the players' npm packages under `folder`; says what npm said when that cannot be had."""
    done = subprocess.run(
        ["npm", "install", "--prefix", folder, "--cache", os.path.join(folder, "cache"), "--no-audit",
         "--no-fund", "--ignore-scripts", "--fetch-retries=0", "hls.js@1", "mpegts.js@1"],
        capture_output=True, timeout=120, check=False, env={**os.environ, "HOME": folder})
    return None if done.returncode == 0 else done.stderr.decode(errors="replace").strip()[-300:]


class Page:
    """Serves the page and one player's script; what the page tells comes out of `reports`."""

    def __init__(self, script):
        page = self
        self.reports = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                name = script if self.path == "/player.js" else os.path.join(HERE, "player.html")
                with open(name, "rb") as file:
                    body = file.read()
                self.send_response(200)
                self.send_header("Content-Type",
                                 "text/javascript" if name == script else "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                page.reports.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, **wish):
        return "http://127.0.0.1:%d/?%s" % (self.server.server_port, urllib.parse.urlencode(wish))

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class BrowserTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.relay = Relay()
        cls.publisher = Publisher(cls.relay.rtmp("live/show"), seconds=600)
        cls.relay.wait_live("live/show", cached_ms=6000)

    @classmethod
    def tearDownClass(cls):
        cls.publisher.stop()
        cls.relay.stop()

    def play(self, player, path, **wish):
        page = Page(os.path.join(FOLDER, "node_modules", PLAYERS[player]))
        self.addCleanup(page.close)
        profile = tempfile.mkdtemp(dir=FOLDER)
        url = page.url(player=player, src=self.relay.http(path), seconds=SECONDS, **wish)
        browser = subprocess.Popen([chromium(), *FLAGS, "--user-data-dir=" + profile, url],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            report = page.reports.get(timeout=SECONDS + 40)
        except queue.Empty:
            self.fail(f"{path}: the page told nothing; it never played")
        finally:
            browser.terminate()
            browser.wait(timeout=20)
        print(f"{player} {path}: {json.dumps(report)}")
        self.assertEqual(report["errors"], [])
        self.assertEqual(report["stalls"], 0, report["warnings"])
        self.assertGreater(report["time"] - report["began"], SECONDS * 0.9)
        self.assertGreater(report["decoded"], SECONDS * 25 * 0.8)
        return report

    def test_hls_js_plays_slices_cut_at_keys(self):
        self.play("hls", "/live/show.m3u8?hls_cut=key")

    def test_hls_js_follows_a_302_and_plays_slices_cut_evenly(self):
        self.play("hls", "/live/show.m3u8?hls_cut=even&hls_slice_ms=1500&hls_entry=redirect")

    def test_hls_js_plays_fragmented_mp4(self):
        self.play("hls", "/live/show.m3u8?hls_format=fmp4")

    def test_hls_js_plays_low_latency(self):
        report = self.play("hls", "/live/show.m3u8?hls_format=ll", low_latency=1)
        self.assertNotIn("level", " ".join(report["warnings"]))

    def test_mpegts_js_plays_http_flv(self):
        self.play("mpegts", "/live/show.flv")


if __name__ == "__main__":
    if chromium() is None:
        skip("chromium is not installed")
    if shutil.which("npm") is None:
        skip("npm is not installed")
    with tempfile.TemporaryDirectory() as FOLDER:
        if (said := fetch_players(FOLDER)) is not None:
            skip("the players cannot be had from the npm registry: " + said)
        unittest.main(verbosity=2)
