"""FLV files for tests: those that ffmpeg writes, and those that it cannot (Enhanced RTMP: H.265, Opus)."""

import json
import subprocess


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y", *arguments],
                   check=True, timeout=120)


def source(seconds, picture=True, sound=True, size="320x180", rate=25):
    inputs = []
    if picture:
        inputs += ["-f", "lavfi", "-i", f"testsrc=size={size}:rate={rate}:duration={seconds}"]
    if sound:
        inputs += ["-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=44100:duration={seconds}"]
    return inputs


def packets(path):
    """ffprobe's packets of an MP4 file: dicts with kind, pts and dts in ms, key, pos, size."""
    out = subprocess.run(
        ["ffprobe", "-v", "error", "-show_packets", "-of", "json", "-show_entries",
         "packet=codec_type,pts_time,dts_time,flags,pos,size", path],
        capture_output=True, check=True, timeout=60)
    for packet in json.loads(out.stdout)["packets"]:
        yield {"kind": packet["codec_type"], "pts": round(float(packet["pts_time"]) * 1000),
               "dts": round(float(packet["dts_time"]) * 1000), "key": "K" in packet["flags"],
               "pos": int(packet["pos"]), "size": int(packet["size"])}


def box(data, name):
    """The body of the first box `name`, wherever it stands."""
    at = data.index(name)
    return data[at + 4:at - 4 + int.from_bytes(data[at - 4:at], "big")]


def tag(kind, dts, body):
    head = bytes([kind]) + len(body).to_bytes(3, "big") + (dts & 0xFFFFFF).to_bytes(3, "big") \
        + bytes([dts >> 24 & 0xFF, 0, 0, 0])
    return head + body + (11 + len(body)).to_bytes(4, "big")


def opus_head(dops):
    """OpusHead from MP4's dOps: the same fields, the other way round."""
    def turned(a, b):
        return dops[a:b][::-1]
    return b"OpusHead\x01" + dops[1:2] + turned(2, 4) + turned(4, 8) + turned(8, 10) + dops[10:]


def enhanced(mp4_path, flv_path):
    """An MP4 file with H.265 or Opus as Enhanced RTMP has it: FourCC tags."""
    with open(mp4_path, "rb") as file:
        data = file.read()
    out = [b"FLV\x01\x05\0\0\0\x09\0\0\0\0"]
    if b"hvcC" in data:
        out.append(tag(9, 0, b"\x90hvc1" + box(data, b"hvcC")))
    if b"dOps" in data:
        out.append(tag(8, 0, b"\x90Opus" + opus_head(box(data, b"dOps"))))
    shift = -min([p["dts"] for p in packets(mp4_path)] + [0])
    for packet in packets(mp4_path):
        body = data[packet["pos"]:packet["pos"] + packet["size"]]
        dts = packet["dts"] + shift
        if packet["kind"] == "video":
            first = b"\x91" if packet["key"] else b"\xA1"
            composition = (packet["pts"] - packet["dts"]).to_bytes(3, "big", signed=True)
            out.append(tag(9, dts, first + b"hvc1" + composition + body))
        else:
            out.append(tag(8, dts, b"\x91Opus" + body))
    with open(flv_path, "wb") as file:
        file.write(b"".join(out))
