"""ffmpeg and ffprobe, as the demonstration uses them."""

import json
import subprocess

PROBE_SECONDS = 20


def publish_command(url, seconds=None):
    """Publishes ffmpeg's test picture and a tone: 640x360, 25 frames/s, a keyframe every 2 s."""
    limit = ["-t", str(seconds)] if seconds else []
    return ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-re",
            "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25",
            "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100", *limit,
            "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p",
            "-b:v", "800k", "-g", "50", "-keyint_min", "50", "-sc_threshold", "0",
            "-c:a", "aac", "-b:a", "64k", "-f", "flv", url]


def probe(url, packets=50):
    """What a player meets: {"streams": [...], "packets": [...]} of the first packets. Raises on failure."""
    done = subprocess.run(
        ["ffprobe", "-hide_banner", "-loglevel", "error", "-show_streams", "-show_packets",
         "-read_intervals", "%%+#%d" % packets, "-of", "json", url],
        capture_output=True, text=True, timeout=PROBE_SECONDS, check=False)
    if done.returncode != 0:
        raise OSError("ffprobe %s: %s" % (url, done.stderr.strip()))
    return json.loads(done.stdout)


def first_video_packet_is_key(probed):
    video = [p for p in probed["packets"] if p["codec_type"] == "video"]
    return bool(video) and "K" in video[0]["flags"]


def codecs(probed):
    return sorted(s["codec_name"] for s in probed["streams"])


def decode(url, seconds):
    """Plays a URL for a while; returns (frames decoded, what ffmpeg complained of)."""
    done = subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "warning", "-xerror", "-t", str(seconds),
         "-i", url, "-map", "0:v", "-f", "null", "-progress", "-", "-"],
        capture_output=True, text=True, timeout=seconds + PROBE_SECONDS, check=False)
    frames = [int(line[6:]) for line in done.stdout.splitlines() if line.startswith("frame=")]
    return (frames[-1] if frames else 0), done.stderr.strip()
