#!/usr/bin/env python3
"""A chat client, to show the native protocol (docs/protocol.md).

What you type goes to the room `public`, "/msg bob Hello" to bob alone. After the end of the
input it ends as soon as all is acknowledged. It needs msgpack (in Debian: python3-msgpack).
"""
import argparse, collections, os, pathlib, random, re, secrets, select, socket, sys, time
try:
    import msgpack
except ImportError:
    sys.exit("* msgpack is missing; in Debian it is the package python3-msgpack")

FINAL = {"invalid", "too_large", "unsupported", "sign_in_failed", "forbidden", "not_found", "taken"}  # others may pass

class Refused(Exception):
    def __init__(self, error):  # of a reply or a bye
        super().__init__(f"{error['message']} ({error['code']})")
        self.code, self.retry_after = error["code"], error.get("retry_after", 0) / 1000

class Chat:
    def __init__(self, server, name):
        host, _, port = server.rpartition(":")
        self.address, self.name = (host.strip("[]"), int(port)), name
        state = pathlib.Path(os.environ.get("XDG_STATE_HOME") or pathlib.Path.home() / ".local/state")
        self.token = state / "plausch-example" / f"{host}-{port}-{name}.token".replace("/", "_")
        self.typed, self.input, self.labels = b"", [sys.stdin], {}
        # Both outlive a connection: sends without a reply, and for each room the seq up to which all was shown.
        self.outbox, self.last = collections.deque(), {}

    def connect(self):
        self.id, self.pushes = 0, collections.deque()
        self.socket = socket.create_connection(self.address, timeout=20)
        self.call("hello", version=1, client="chat.py 1.0")
        if self.token.exists():
            self.call("sign_in", token=self.token.read_text())
        else:  # a guest is its token: keep it, for nobody else to read
            token = self.call("sign_in", name=self.name)["token"]
            self.token.parent.mkdir(parents=True, exist_ok=True)
            self.token.write_text(token)
        self.call("subscribe")  # first subscribe, then load: what happens meanwhile comes as a push
        first, page = not self.last, {"rooms": [{"id": 0}], "more": True}
        while page.get("more"):
            page = self.call("room.list", after=page["rooms"][-1]["id"])
            for room in page["rooms"]:
                self.enter(room, begin=max(0, room["seq"] - 10) if first or "name" in room else 0)
        say(f"* connected; rooms: {' '.join(self.labels.values())}", sys.stderr)

    def call(self, method, **params):
        self.id += 1
        body = msgpack.packb({"id": self.id, "method": method, "params": params})
        self.socket.sendall(len(body).to_bytes(4, "big") + body)
        while (reply := self.frame()).get("id") != self.id:
            pass  # a push can come at any time; it is shown later
        if "error" in reply:
            raise Refused(reply["error"])
        return reply["result"]

    def frame(self):
        frame = msgpack.unpackb(self.receive(int.from_bytes(self.receive(4), "big")))
        if "bye" in frame:
            raise Refused(frame["bye"])
        if "event" in frame:
            self.pushes.append(frame["event"])
        return frame

    def receive(self, size, data=b""):
        while len(data) < size:
            if not (more := self.socket.recv(size - len(data))):
                raise ConnectionError("the server has gone")
            data += more
        return data

    def enter(self, room, begin=0):  # a room is known by its id; begin after the seq given, if it is new to us
        self.labels[room["id"]] = "#" + room["name"] if "name" in room else "@" + room["peer"]["name"]
        self.last.setdefault(room["id"], begin)
        self.catch_up(room["id"], room["seq"])

    def catch_up(self, room, seq):
        while self.last[room] < seq:
            for event in self.call("history", room=room, after=self.last[room])["events"]:
                self.show(event)

    def show(self, event):  # from a push or from history: each once, in the order of the seqs
        room, seq = event["room"], event["seq"]
        if room not in self.last:
            self.enter(self.call("room.get", room=room))
        self.catch_up(room, seq - 1)  # does nothing, unless there is a gap
        if seq == self.last[room] + 1:
            self.last[room] = seq  # also if it is of a kind that we do not know
            if event["kind"] == "message":
                clock = time.strftime("%H:%M", time.localtime(event["time"] / 1000))
                say(f"{clock} {self.labels[room]} {event['from']['name']}: {message(event)}")

    def read(self):
        if not (data := os.read(0, 65536)):
            self.input = []
        *lines, self.typed = (self.typed + (data or b"\n")).split(b"\n")
        for text in filter(None, (line.decode(errors="replace").rstrip("\r") for line in lines)):
            to = {"room": 1}
            if text.startswith("/msg "):
                _, name, text = (text.split(maxsplit=2) + ["", ""])[:3]
                to = {"to": name}
            # The client id begins with the time, and stays the same however often this is sent.
            self.outbox.append({**to, "text": text, "client_id": f"{time.time_ns():x}-{secrets.token_hex(8)}"})

    def send(self):  # one at a time: without a reply it is still in the outbox when we have connected again
        try:
            self.call("message.send", **self.outbox[0])
        except Refused as error:
            if error.code not in FINAL:
                raise
            say(f"* not sent: {error}", sys.stderr)
        self.outbox.popleft()

    def run(self, stay):
        while self.input or self.outbox or stay:
            while self.pushes:
                self.show(self.pushes.popleft())
            if self.outbox:
                self.send()
                continue
            ready = select.select([self.socket, *self.input], [], [])[0]
            if self.socket in ready:
                self.frame()
            if sys.stdin in ready:
                self.read()

def message(event):  # what was said, and the files that came with it
    return " ".join(filter(None, [event.get("text"), *(f"[file {a['name']}]" for a in event.get("attachments", []))]))


def say(text, file=sys.stdout):  # what others write must not control the terminal, or look like another line
    print(re.sub("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "", text).replace("\n", "\n      "), file=file, flush=True)

def main(server, name, stay):
    chat, pause = Chat(server, name), 0.5
    while True:
        try:
            chat.connect()
            pause = 0.5
            return chat.run(stay)
        except (Refused, OSError) as error:
            if getattr(error, "code", None) in FINAL:
                sys.exit(f"* {error}")
            say(f"* {error}; trying again", sys.stderr)
            time.sleep(max(getattr(error, "retry_after", 0), random.uniform(pause / 2, pause)))
            pause = min(2 * pause, 30)

if __name__ == "__main__":
    os.umask(0o077)  # for the token
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default="127.0.0.1:7528", metavar="HOST:PORT")
    parser.add_argument("--name", required=True)
    parser.add_argument("--stay", action="store_true", help="listen on after the end of the input")
    main(**vars(parser.parse_args()))
