# SPDX-License-Identifier: MIT
"""aiortc: JSON lines on stdin and stdout steer one peer connection. docs/interop.md has the protocol."""

import asyncio
import json
import os
import sys
import zlib

import aiortc
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import candidate_from_sdp

SHORT_TEXT = 256
HIGH_WATER = 1 << 20


def write(line):
    data = (json.dumps(line, ensure_ascii=False) + "\n").encode()
    while data:
        try:
            data = data[os.write(1, data):]
        except BlockingIOError:
            pass


def payload(text, size):
    if text:
        return "".join(chr(97 + i % 26) for i in range(size))
    return bytes((i * 31 + (i >> 8)) & 255 for i in range(size))


class Agent:
    def __init__(self):
        self.connection = None
        self.channels = {}
        self.early_candidates = []
        self.last_state = None
        write({"ev": "ready", "impl": "aiortc", "version": aiortc.__version__})

    async def handle(self, line):
        try:
            if "type" in line:
                await self.description(line)
            elif "candidate" in line:
                await self.candidate(line)
            else:
                await self.command(line)
        except Exception as error:  # A refused command is an event, not the end of the agent.
            name = line.get("cmd") or line.get("type") or "candidate"
            write({"ev": "error", "cmd": name, "error": f"{type(error).__name__}: {error}"})

    async def command(self, line):
        name = line.get("cmd")
        if name == "init":
            await self.init(line)
        elif name == "channel":
            self.wire(self.connection.createDataChannel(line["label"], **line.get("options", {})), "local")
        elif name == "offer":
            await self.describe(await self.connection.createOffer())
        elif name == "send":
            await self.send(line)
        elif name == "close-channel":
            self.channels[line["ch"]].close()
        elif name == "close":
            await self.connection.close()
            self.state()
            write({"ev": "closed"})
        elif name == "stats":
            await self.stats()
        else:
            raise ValueError(f"no such command: {name}")

    async def init(self, line):
        former, self.connection = self.connection, None
        if former:
            former.remove_all_listeners()
            await former.close()
        self.channels = {}
        self.early_candidates = []
        self.last_state = None
        servers = [RTCIceServer(**server) for server in line.get("config", {}).get("iceServers", [])]
        connection = self.connection = RTCPeerConnection(RTCConfiguration(iceServers=servers))
        for event in "connectionstatechange", "iceconnectionstatechange", "icegatheringstatechange", \
                "signalingstatechange":
            connection.on(event, self.state)
        connection.on("datachannel", lambda channel: self.wire(channel, "remote"))
        write({"ev": "inited"})

    def wire(self, channel, origin):
        connection = self.connection
        label = channel.label
        self.channels[label] = channel

        def opened():
            write({"ev": "open", "ch": label, "id": channel.id, "ordered": channel.ordered,
                   "maxRetransmits": channel.maxRetransmits, "maxPacketLifeTime": channel.maxPacketLifeTime,
                   "protocol": channel.protocol, "negotiated": channel.negotiated, "origin": origin})

        def received(message):
            if connection is not self.connection:
                return
            text = isinstance(message, str)
            data = message.encode() if text else message
            line = {"ev": "message", "ch": label, "kind": "text" if text else "binary", "len": len(data),
                    "crc": zlib.crc32(data)}
            if text and len(data) <= SHORT_TEXT:
                line["text"] = message
            write(line)

        def closed():
            if connection is self.connection:
                write({"ev": "channel-close", "ch": label})

        channel.on("message", received)
        channel.on("close", closed)
        if channel.readyState == "open":
            opened()
        else:
            channel.on("open", opened)

    async def describe(self, description):
        # Gathers everything before it returns; the candidates are always inside.
        await self.connection.setLocalDescription(description)
        local = self.connection.localDescription
        write({"type": local.type, "sdp": local.sdp})
        write({"ev": "end-of-candidates"})

    async def description(self, line):
        await self.connection.setRemoteDescription(RTCSessionDescription(line["sdp"], line["type"]))
        early, self.early_candidates = self.early_candidates, []
        for candidate in early:
            await self.add(candidate)
        if line["type"] == "offer":
            await self.describe(await self.connection.createAnswer())

    async def candidate(self, line):
        if self.connection.remoteDescription is None:
            self.early_candidates.append(line)
        else:
            await self.add(line)

    async def add(self, line):
        text = line["candidate"]
        if not text:
            return
        text = text[2:] if text.startswith("a=") else text
        candidate = candidate_from_sdp(text.split(":", 1)[1])
        # It drops a candidate without the right mid, and tells nobody.
        candidate.sdpMid = line.get("sdpMid") or self.connection.sctp.mid
        candidate.sdpMLineIndex = line.get("sdpMLineIndex") or 0
        await self.connection.addIceCandidate(candidate)

    async def send(self, line):
        channel = self.channels[line["ch"]]
        text = "text" in line or line.get("kind") == "text"
        message = line["text"] if "text" in line else payload(text, line.get("size", 0))
        for _ in range(line.get("count", 1)):
            channel.send(message)
            if channel.bufferedAmount > HIGH_WATER:
                low = asyncio.Event()
                channel.bufferedAmountLowThreshold = HIGH_WATER // 2
                channel.once("bufferedamountlow", low.set)
                channel.once("close", low.set)
                await low.wait()
        write({"ev": "sent", "ch": line["ch"]})

    async def stats(self):
        report = await self.connection.getStats()
        sctp = next((each for each in report.values() if each.type == "transport"), None)
        write({"ev": "stats", "bytesSent": sctp.bytesSent if sctp else None,
               "bytesReceived": sctp.bytesReceived if sctp else None})

    def state(self):
        connection = self.connection
        if connection is None:
            return
        ice = connection.iceConnectionState
        line = {"ev": "state", "connection": connection.connectionState, "ice": ice,
                "gathering": connection.iceGatheringState, "signaling": connection.signalingState}
        if line != self.last_state:
            self.last_state = line
            write(line)


async def main():
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    agent = Agent()
    while True:
        text = await reader.readline()
        if not text:
            break
        if not text.strip():
            continue
        line = json.loads(text)
        if line.get("cmd") == "quit":
            break
        await agent.handle(line)
    if agent.connection:
        await agent.connection.close()


asyncio.run(main())
