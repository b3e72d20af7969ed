#!/usr/bin/env python3
"""A chat client in one file, which shows the native protocol (docs/protocol.md). A line of
the input goes to the room `public`, and "/msg bob Hello" to bob alone. After the end of the
input it ends as soon as all is acknowledged. It needs msgpack (in Debian: python3-msgpack).
"""
import argparse, collections, os, pathlib, random, re, secrets, select, socket, sys, time
import msgpack

GONE = {"forbidden", "not_found"}  # of a room: we are not in it any more
FINAL = {"invalid", "too_large", "unsupported", "sign_in_failed", "taken"}  # any other error may pass
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

class Failed(Exception):
    def __init__(self, error):  # of a reply or a bye
        super().__init__(f"{error['message']} ({error['code']})")
        self.code, self.pause = error["code"], error.get("retry_after", 0) / 1000

def say(text, file=sys.stdout):  # what others write must not control the terminal, or look like another line
    try:
        print(UNSAFE.sub("", str(text).expandtabs()).replace("\n", "\n      "), file=file, flush=True)
    except BrokenPipeError:
        os._exit(1)  # nobody reads us any more

class Chat:
    def __init__(self, server, name, stay):
        host, _, port = server.rpartition(":")
        self.address, self.name, self.stay = (host.strip("[]"), int(port)), name, stay
        state = pathlib.Path(os.environ.get("XDG_STATE_HOME") or pathlib.Path.home() / ".local/state")
        self.token = state / "plausch-example" / f"{host}-{port}-{name}.token".replace("/", "_")
        self.stdin, self.typed, self.labels, self.pause = [sys.stdin], b"", {}, 0.5
        # These two outlive a connection: what has no reply yet, and for each room the seq up to which all is shown.
        self.outbox, self.last = collections.deque(), {}

    def connect(self):
        self.id, self.pushes = 0, collections.deque()
        self.socket = socket.create_connection(self.address, timeout=20)  # a send can take the server 10 s
        self.limits = self.call("hello", version=1, client="chat.py 1.0")["limits"]
        if self.token.exists():
            self.call("sign_in", token=self.token.read_text())
        else:  # a guest is its token: it is kept, and nobody else may read it
            token = self.call("sign_in", name=self.name)["token"]
            self.token.parent.mkdir(parents=True, exist_ok=True)
            self.token.write_text(token)
        self.call("subscribe")  # before loading: what happens meanwhile comes as a push
        self.pause = 0.5
        first, page = not self.last, {"rooms": [{"id": 0}], "more": True}
        while page.get("more"):
            page = self.call("room.list", after=page["rooms"][-1]["id"])
            for room in page["rooms"]:
                self.enter(room, first)
        say(f"* connected; rooms: {' '.join(self.labels.values())}", sys.stderr)

    def call(self, method, **params):
        self.id += 1
        body = msgpack.packb({"id": self.id, "method": method, "params": params})
        self.socket.sendall(len(body).to_bytes(4, "big") + body)
        while (reply := self.frame()).get("id") != self.id:
            pass  # a push can come at any time; it is shown later
        if "error" in reply:
            raise Failed(reply["error"])
        return reply["result"]

    def frame(self):
        frame = msgpack.unpackb(self.receive(int.from_bytes(self.receive(4), "big")))
        if "bye" in frame:
            raise Failed(frame["bye"])
        if "event" in frame:
            self.pushes.append(frame["event"])
        return frame

    def receive(self, size):
        data = b""
        while len(data) < size:
            if not (more := self.socket.recv(size - len(data))):
                raise ConnectionError("the server has gone")
            data += more
        return data

    def enter(self, room, first=False):
        id, seq, direct = room["id"], room["seq"], "peer" in room
        self.labels[id] = "@" + room["peer"]["name"] if direct else "#" + room["name"]
        if id not in self.last or self.last[id] > seq:  # new to us, or to a server that was put back to an older copy
            self.last[id] = 0 if direct and not first else max(0, seq - 10)  # the last ten events are enough
        self.catch_up(id, seq)

    def catch_up(self, room, seq):
        while self.last[room] < seq:
            for event in self.call("history", room=room, after=self.last[room])["events"]:
                self.show(event)

    def show(self, event):  # from a push or from history: each once, in the order of the seqs
        room, seq = event["room"], event["seq"]
        if room not in self.last:
            self.enter(self.call("room.get", room=room))
        self.catch_up(room, seq - 1)
        if seq == self.last[room] + 1:
            self.last[room] = seq  # also if it is of a kind that we do not know
            clock = time.strftime("%H:%M", time.localtime(event["time"] / 1000))
            who = event.get("member", event["from"])["name"]
            if what := {"message": f": {event.get('text')}", "join": " joins", "leave": " leaves"}.get(event["kind"]):
                say(f"{clock} {self.labels[room]} {who}{what}")

    def read(self):
        data = os.read(0, 65536)
        self.stdin = self.stdin if data else []
        *lines, self.typed = (self.typed + (data or b"\n")).split(b"\n")
        for text in (line.decode(errors="replace").rstrip("\r") for line in lines):
            to = {"room": 1}
            if text.startswith("/msg "):
                _, name, text = (text.split(maxsplit=2) + ["", ""])[:3]
                to = {"to": name}
            if len(text.encode()) > self.limits["text"]:
                say("* not sent: too long", sys.stderr)
            elif text:  # the client id begins with the time, and is the same whenever this is sent
                self.outbox.append({"text": text, "client_id": f"{time.time_ns():x}-{secrets.token_hex(8)}", **to})

    def send(self):  # one at a time; without a reply, it is still in the outbox after we have connected again
        try:
            self.call("message.send", **self.outbox[0])
        except Failed as error:
            if error.code not in GONE | FINAL:
                raise
            say(f"* not sent: {error}", sys.stderr)
        self.outbox.popleft()

    def run(self):
        while self.stdin or self.outbox or self.stay:
            while self.pushes:
                self.show(self.pushes.popleft())
            if self.outbox:
                self.send()
                continue
            ready = select.select([self.socket, *self.stdin], [], [], 60)[0]
            if self.socket in ready:
                self.frame()
            if sys.stdin in ready:
                self.read()
            if not ready:
                self.call("ping")  # fails if the server has gone without a word

    def keep_connected(self):
        while True:
            try:
                self.connect()
                return self.run()
            except (Failed, OSError, ValueError) as error:
                code = getattr(error, "code", None)
                if code == "sign_in_failed":
                    self.token.unlink(missing_ok=True)  # it is forgotten: the next time this is a new guest
                if code in FINAL:
                    return error
                wait = max(getattr(error, "pause", 0), random.uniform(self.pause / 2, self.pause))
                say(f"* {error}; next try in {wait:.1f} s", sys.stderr)
            time.sleep(wait)
            self.pause = min(2 * self.pause, 30)

if __name__ == "__main__":
    os.umask(0o077)  # for the token
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default="127.0.0.1:7528", metavar="HOST:PORT")
    parser.add_argument("--name", required=True)
    parser.add_argument("--stay", action="store_true", help="listen on after the end of the input")
    try:
        if error := Chat(**vars(parser.parse_args())).keep_connected():
            say(f"* {error}", sys.stderr)
            sys.exit(1)
    except KeyboardInterrupt:
        pass
