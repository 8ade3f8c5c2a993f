"""A client that polls one HLS session by the rules of RFC 8216 and says each rule that the server breaks.

    poller = HlsPoller("http://127.0.0.11:8088/live/show.m3u8")
    poller.run(seconds=20)
    assert not poller.problems

Rules, by section: 4.3.3.1 (target duration), 4.3.3.2 and 4.3.3.3 (sequences), 4.3.3.4 (ENDLIST), 4.3.5.1 (independent
segments), 3 (PAT and PMT, continuity), 6.2.1 and 6.2.2 (immutable slices, removal, availability), 6.3.4 (when to
reload); of 8216bis 4.4.4.9 (parts), 4.4.3.8 (server control), 6.2.5.2 (blocking reload).
"""

import hashlib
import re
import time
import urllib.error
import urllib.parse
import urllib.request

PACKET = 188
VIDEO_PID, PMT_PID = 0x100, 0x1000


class Slice:
    def __init__(self):
        self.uri = None
        self.duration = 0.0
        self.discontinuity = False
        self.init = None
        self.parts = []

    def identity(self):
        return self.uri, self.duration, self.discontinuity, self.init


class Playlist:
    """One media playlist, parsed strictly: a tag that is not known is a problem."""

    KNOWN = {"EXTM3U", "EXT-X-VERSION", "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE",
             "EXT-X-DISCONTINUITY-SEQUENCE", "EXT-X-INDEPENDENT-SEGMENTS", "EXT-X-SERVER-CONTROL",
             "EXT-X-PART-INF", "EXT-X-MAP", "EXTINF", "EXT-X-PART", "EXT-X-DISCONTINUITY",
             "EXT-X-PRELOAD-HINT", "EXT-X-ENDLIST", "EXT-X-SKIP"}

    def __init__(self, text):
        self.text = text
        self.tags = {}
        self.slices = []
        self.open_parts = []
        self.hint = None
        self.ended = False
        self.problems = []
        self._parse(text.splitlines())

    def _parse(self, lines):
        if lines[:1] != ["#EXTM3U"]:
            self.problems.append("does not begin with EXTM3U")
        slice_, init = Slice(), None
        for line in lines:
            if not line.startswith("#"):
                slice_.uri, slice_.init = line, init
                self.slices.append(slice_)
                slice_ = Slice()
                continue
            name, _, value = line[1:].partition(":")
            if name not in self.KNOWN:
                self.problems.append("unknown tag " + name)
            if name == "EXTINF":
                slice_.duration = float(value.split(",")[0])
            elif name == "EXT-X-DISCONTINUITY":
                slice_.discontinuity = True
            elif name == "EXT-X-MAP":
                init = attribute(value, "URI")
            elif name == "EXT-X-PART":
                slice_.parts.append((attribute(value, "URI"), float(attribute(value, "DURATION"))))
            elif name == "EXT-X-PRELOAD-HINT":
                self.hint = attribute(value, "URI")
            elif name == "EXT-X-ENDLIST":
                self.ended = True
            else:
                if name in self.tags and name != "EXTM3U":
                    self.problems.append(name + " twice")
                self.tags[name] = value
        self.open_parts = slice_.parts

    def number(self, name):
        return int(self.tags.get(name, "0"))

    def seconds(self):
        return sum(s.duration for s in self.slices)


def attribute(text, name):
    found = re.search(r'(?:^|,)%s=("([^"]*)"|[^,]*)' % name, text)
    if found is None:
        return ""
    return found.group(2) if found.group(2) is not None else found.group(1)


def ts_facts(body):
    """(problems, first and last continuity by pid, first video PTS in s, whether a key frame comes first)."""
    problems, counters, firsts, pts, key = [], {}, {}, None, None
    if len(body) % PACKET or not body:
        return ["%d bytes are no whole packets" % len(body)], {}, {}, None, None
    for at in range(0, len(body), PACKET):
        packet = body[at:at + PACKET]
        pid = int.from_bytes(packet[1:3], "big") & 0x1FFF
        if packet[0] != 0x47:
            problems.append("no sync byte at %d" % at)
        if at < 2 * PACKET and pid != (0, PMT_PID)[at // PACKET]:
            problems.append("does not begin with PAT and PMT")
        control, counter = packet[3] >> 4 & 3, packet[3] & 15
        if control & 1:
            if pid in counters and counter != (counters[pid] + 1) % 16:
                problems.append("continuity of pid %d" % pid)
            firsts.setdefault(pid, counter)
            counters[pid] = counter
        if pid == VIDEO_PID and packet[1] & 0x40 and pts is None:
            skip = 5 + packet[4] if control & 2 else 4
            key = bool(control & 2 and packet[4] and packet[5] & 0x40)
            raw = int.from_bytes(packet[skip + 9:skip + 14], "big")
            pts = ((raw >> 33 & 7) << 30 | (raw >> 17 & 0x7FFF) << 15 | raw >> 1 & 0x7FFF) / 90000
    return problems, firsts, counters, pts, key


class HlsPoller:
    def __init__(self, url, source_address=None):
        self.problems = []
        self.playlists = []
        self.removed = []  # (time of removal, how long it must be there, uri, digest)
        self.digests = {}
        self.facts = {}
        self.longest = 0.0
        self.removals = 0
        self.fetched = 0
        self.url = self._enter(url)

    # The client's doings.

    def _get(self, url):
        with urllib.request.urlopen(url, timeout=20) as response:
            self.last_url, self.last_headers = response.geturl(), response.headers
            return response.read()

    def _enter(self, url):
        text = self._get(url).decode()
        self._check_headers("the entry")
        if "#EXT-X-STREAM-INF" not in text:
            return self.last_url
        info = [line for line in text.splitlines() if line.startswith("#EXT-X-STREAM-INF:")]
        if len(info) != 1 or int(attribute(info[0].partition(":")[2], "BANDWIDTH")) <= 0:
            self.problem("the nested playlist needs one variant with BANDWIDTH")
        return urllib.parse.urljoin(self.last_url, text.splitlines()[-1])

    def run(self, seconds):
        """Polls for `seconds`, or until the playlist ends."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            began = time.monotonic()
            changed = self.poll()
            if self.playlists[-1].ended:
                break
            target = self.playlists[-1].number("EXT-X-TARGETDURATION")
            wait = (target if changed else target / 2) - (time.monotonic() - began)
            time.sleep(max(0.0, min(wait, end - time.monotonic())))
        self.check_removed(final=True)
        return self

    def poll(self):
        playlist = Playlist(self._get(self.url).decode())
        self._check_headers("the playlist")
        before = self.playlists[-1] if self.playlists else None
        self.playlists.append(playlist)
        self._check_alone(playlist)
        if before is not None:
            self._check_change(before, playlist)
        self.longest = max(self.longest, playlist.seconds())
        self._fetch_new(playlist)
        self.check_removed()
        return before is None or before.text != playlist.text

    # The rules.

    def problem(self, text):
        self.problems.append(text)

    def _check_headers(self, what):
        if self.last_headers.get("Access-Control-Allow-Origin") != "*":
            self.problem(what + " has no CORS header")
        if not self.last_headers.get("Cache-Control"):
            self.problem(what + " has no Cache-Control")

    def _check_alone(self, playlist):
        self.problems += playlist.problems
        target = playlist.number("EXT-X-TARGETDURATION")
        for slice_ in playlist.slices:
            if int(slice_.duration + 0.5) > target:
                self.problem("EXTINF %.3f is over the target %d" % (slice_.duration, target))
        if playlist.slices and playlist.number("EXT-X-MEDIA-SEQUENCE") == 0 \
                and playlist.slices[0].discontinuity:
            self.problem("a session begins with a discontinuity")
        if "EXT-X-PART-INF" in playlist.tags:
            self._check_parts(playlist)

    def _check_parts(self, playlist):
        target = float(attribute(playlist.tags["EXT-X-PART-INF"], "PART-TARGET"))
        control = playlist.tags["EXT-X-SERVER-CONTROL"]
        if float(attribute(control, "PART-HOLD-BACK")) < 3 * target:
            self.problem("PART-HOLD-BACK is below three part targets")
        if float(attribute(control, "CAN-SKIP-UNTIL")) < 6 * playlist.number("EXT-X-TARGETDURATION"):
            self.problem("CAN-SKIP-UNTIL is below six target durations")
        for parts, complete in [(s.parts, True) for s in playlist.slices] + [(playlist.open_parts, False)]:
            for i, (_, duration) in enumerate(parts):
                last = complete and i + 1 == len(parts)
                if duration > target + 0.0005 or (duration < 0.85 * target and not last):
                    self.problem("a part of %.3f s under a target of %.3f" % (duration, target))
        if not playlist.ended and playlist.hint is None:
            self.problem("no PRELOAD-HINT")

    def _check_change(self, before, now):
        for name in ("EXT-X-TARGETDURATION", "EXT-X-VERSION", "EXT-X-PART-INF", "EXT-X-SERVER-CONTROL",
                     "EXT-X-INDEPENDENT-SEGMENTS"):
            if before.tags.get(name) != now.tags.get(name):
                self.problem("%s changed" % name)
        if before.ended and before.text != now.text:
            self.problem("an ended playlist changed")
        gone = now.number("EXT-X-MEDIA-SEQUENCE") - before.number("EXT-X-MEDIA-SEQUENCE")
        if gone < 0 or gone > len(before.slices):
            self.problem("media sequence went from %d to %d" % (
                before.number("EXT-X-MEDIA-SEQUENCE"), now.number("EXT-X-MEDIA-SEQUENCE")))
            return
        stay = [s.identity() for s in before.slices[gone:]]
        if [s.identity()[:3] for s in now.slices[:len(stay)]] != [i[:3] for i in stay]:
            self.problem("slices changed or went missing")
        discontinuities = sum(s.discontinuity for s in before.slices[:gone])
        if now.number("EXT-X-DISCONTINUITY-SEQUENCE") - before.number(
                "EXT-X-DISCONTINUITY-SEQUENCE") != discontinuities:
            self.problem("discontinuity sequence does not count what was removed")
        if gone and now.seconds() < 3 * now.number("EXT-X-TARGETDURATION"):
            self.problem("removal left a playlist of %.3f s" % now.seconds())
        self.removals += gone
        for slice_ in before.slices[:gone]:
            self.removed.append((time.monotonic(), slice_.duration + self.longest, slice_.uri))

    def _fetch_new(self, playlist):
        for i, slice_ in enumerate(playlist.slices):
            if slice_.uri in self.digests:
                continue
            body = self._get(urllib.parse.urljoin(self.url, slice_.uri))
            self._check_headers("a slice")
            self.fetched += 1
            self.digests[slice_.uri] = hashlib.sha256(body).digest()
            if ".ts?" in slice_.uri:
                self._check_ts(playlist, i, body)
            elif slice_.parts:
                joined = b"".join(self._get(urllib.parse.urljoin(self.url, uri))
                                  for uri, _ in slice_.parts)
                if joined != body:
                    self.problem("the parts of a slice are not the slice")

    def _check_ts(self, playlist, i, body):
        slice_ = playlist.slices[i]
        problems, firsts, lasts, pts, key = ts_facts(body)
        self.problems += problems
        self.facts[slice_.uri] = (lasts, pts, key)
        if pts is None:
            return  # sound alone
        first_of_session = len(self.playlists) == 1 and i == 0
        if (first_of_session or slice_.discontinuity) and not key:
            self.problem("a session or a discontinuity begins without a key frame")
        if not key and "EXT-X-INDEPENDENT-SEGMENTS" in playlist.tags:
            self.problem("a slice without a key frame under EXT-X-INDEPENDENT-SEGMENTS")
        if i == 0 or slice_.discontinuity or playlist.slices[i - 1].uri not in self.facts:
            return
        before_lasts, before_pts, _ = self.facts[playlist.slices[i - 1].uri]
        for pid, counter in firsts.items():
            if pid in before_lasts and counter != (before_lasts[pid] + 1) % 16:
                self.problem("continuity of pid %d between slices" % pid)
        apart = (pts - before_pts) % (2 ** 33 / 90000)
        if before_pts is not None and abs(apart - playlist.slices[i - 1].duration) > 0.15:
            self.problem("EXTINF %.3f where pictures are %.3f s apart" % (
                playlist.slices[i - 1].duration, apart))

    def check_removed(self, final=False):
        """Slices that have been removed are asked for once more just before they may go."""
        for entry in list(self.removed):
            at, must_s, uri = entry
            if not final and time.monotonic() - at < must_s - 1:
                continue
            self.removed.remove(entry)
            if time.monotonic() - at > must_s:
                continue
            try:
                body = self._get(urllib.parse.urljoin(self.url, uri))
            except urllib.error.HTTPError as error:
                self.problem("a removed slice is gone too early: %s" % error)
                continue
            if hashlib.sha256(body).digest() != self.digests.get(uri):
                self.problem("a slice changed its bytes")
