"""What HLS viewers get is, frame by frame, what was published: files of several shapes go through the muxers, and
ffmpeg decodes both sides to the same pictures and sounds, without a warning."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import flv_file
from flv_file import ffmpeg, source

REMUX = sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else None
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50", "-threads", "1"]
AAC = ["-c:a", "aac", "-b:a", "64k"]
SECONDS = 8

# Name: input, encoder.
SHAPES = {
    "b_frames": (source(SECONDS), [*X264, "-bf", "3", "-b_strategy", "0", *AAC]),
    "no_b_frames": (source(SECONDS), [*X264, "-bf", "0", *AAC]),
    "picture_alone": (source(SECONDS, sound=False), [*X264, "-bf", "2"]),
    "sound_alone": (source(SECONDS, picture=False), AAC),
    "mp3": (source(SECONDS), [*X264, "-c:a", "libmp3lame", "-b:a", "64k"]),
    "mono_48_khz": (source(SECONDS), [*X264, "-c:a", "aac", "-ar", "48000", "-ac", "1"]),
    "key_each_frame": (source(SECONDS, rate=50), [*X264, "-g", "1", *AAC]),
    "few_frames": (source(SECONDS, rate=5), [*X264, "-g", "10", *AAC]),
    "large_frames": (source(4, size="1280x720"), [*X264, "-qp", "1", *AAC]),
    "many_slices": (source(SECONDS), [*X264, "-slices", "8", "-aud", "1", *AAC]),
}


def digests(path, stream):
    """MD5 of each picture ('v') as decoded, or of each frame of sound ('a') as coded: what a decoder makes of sound
    depends on how long it has been running. And what ffmpeg said of decoding both."""
    codec = codec_of(path, stream)
    if codec is None:
        return [], []
    out = subprocess.run(
        ["ffmpeg", "-hide_banner", "-v", "warning", "-nostdin", "-i", path, "-map", f"0:{stream}?",
         *copy_of_sound(codec, stream), "-f", "framemd5", "-", "-map", f"0:{stream}?", "-f", "null", "-"],
        capture_output=True, timeout=120, check=False)
    lines = [line.split(",")[5].strip() for line in out.stdout.decode().splitlines()
             if not line.startswith("#")]
    return lines, [line for line in out.stderr.decode().splitlines() if not harmless(line)]


def codec_of(path, stream):
    found = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", stream, "-show_entries", "stream=codec_name", "-of",
         "csv=p=0", path], capture_output=True, timeout=30).stdout.decode().split()
    return found[0] if found else None


def copy_of_sound(codec, stream):
    if stream == "v":
        return []
    return ["-c", "copy", *(["-bsf:a", "aac_adtstoasc"] if codec == "aac" else [])]


def harmless(line):
    """Of ffmpeg's reading of the FLV side, or of what a stream without a duration must bring."""
    return any(word in line for word in (
        "Estimating duration", "Last message repeated", "Could not find codec parameters",
        "Consider increasing", "Packet corrupt (stream", "does not contain any stream"))


class RemuxTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def remux(self, flv, *form):
        out = self.path("out." + ("ts" if form[0] == "ts" else "mp4"))
        with open(flv, "rb") as given, open(out, "wb") as made:
            subprocess.run([REMUX, *form], stdin=given, stdout=made, check=True, timeout=120)
        return out

    def assert_same(self, stream, got, wanted, form):
        if stream == "v":
            self.assertEqual(got, wanted, form)
            return
        # Sound before the first keyframe is not sent.
        self.assertGreaterEqual(len(got), len(wanted) - 10, form)
        self.assertEqual(got, wanted[len(wanted) - len(got):], form)

    def check(self, original, flv):
        for form in ("ts", "fmp4"):
            made = self.remux(flv, form)
            self.assertGreater(os.path.getsize(made), 10_000)
            for stream in "va":
                wanted, _ = digests(original, stream)
                got, said = digests(made, stream)
                self.assertEqual(said, [], form)
                self.assert_same(stream, got, wanted, form)
            if form == "ts" and shutil.which("tsreport"):
                report = subprocess.run(["tsreport", made], capture_output=True, timeout=60)
                self.assertNotIn(b"###", report.stdout + report.stderr)
                self.assertNotIn(b"!!!", report.stdout + report.stderr)

    def test_what_ffmpeg_publishes(self):
        for name, (inputs, encoder) in SHAPES.items():
            with self.subTest(name):
                flv = self.path("in.flv")
                ffmpeg(*inputs, *encoder, "-f", "flv", flv)
                self.check(flv, flv)

    def test_h265_and_opus_of_enhanced_rtmp(self):
        mp4, flv = self.path("in.mp4"), self.path("in.flv")
        ffmpeg(*source(SECONDS), "-pix_fmt", "yuv420p", "-c:v", "libx265", "-preset", "ultrafast",
               "-x265-params", "log-level=none:keyint=50:bframes=2", "-tag:v", "hvc1", "-c:a",
               "libopus", "-b:a", "64k", "-movflags", "+faststart", mp4)
        flv_file.enhanced(mp4, flv)
        for form in ("ts", "fmp4"):
            made = self.remux(flv, form)
            got, said = digests(made, "v")
            self.assertEqual(said, [], form)
            self.assertEqual(got, digests(mp4, "v")[0], form)
            probed = subprocess.run(
                ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", made],
                capture_output=True, timeout=30)
            self.assertEqual(sorted(set(probed.stdout.decode().split())), ["hevc", "opus"])

    def test_sound_can_be_had_without_the_picture(self):
        flv = self.path("in.flv")
        ffmpeg(*source(SECONDS), *X264, *AAC, "-f", "flv", flv)
        made = self.remux(flv, "ts", "audio")
        self.assertEqual(digests(made, "v")[0], [])
        self.assert_same("a", digests(made, "a")[0], digests(flv, "a")[0], "ts")


if __name__ == "__main__":
    unittest.main(verbosity=2)
