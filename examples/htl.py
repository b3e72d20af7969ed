#!/usr/bin/env python3
"""A chat client, to show the htl protocol (docs/htl.md). It needs msgpack (in Debian: python3-msgpack).

What you type goes to everyone, "@bob Hello" to bob alone. After the end of the input it ends with 0,
with 1 if the server refuses or goes.
"""
import argparse, os, pathlib, re, socket, sys, threading, time, uuid
try:
    import msgpack
except ImportError:
    sys.exit("* msgpack is missing; in Debian it is the package python3-msgpack")

def messages(sock):  # each a map, behind its length
    stream = sock.makefile("rb")
    while len(head := stream.read(4)) == 4:
        size = int.from_bytes(head, "big")
        if size >= 1 << 17:
            raise ValueError(f"a message of {size} bytes cannot be right")
        yield msgpack.unpackb(stream.read(size))

def show(m):
    clock = time.strftime("%H:%M", time.localtime(m["time"]))
    if m["type"] == "users":
        return say(f"* here: {', '.join(m['users'])}", sys.stderr)
    if m.get("author") == "SERVER":
        return say(f"* {m['content']}", sys.stderr)
    who = m["author"] if m["recipient"] == "all" else f"{m['author']} to {m['recipient']}"
    if m["type"] == "text":
        say(f"{clock} {who}: {m['content']}")
    elif m["type"] == "image":
        say(f"{clock} {who}: [a picture]")
    elif m["type"] == "filetext":
        say(f"{clock} {who}: [the file {m['content']}, id {m['fileid']}]")

def say(text, file=sys.stdout):  # what others write must not control the terminal, or look like another line
    text = re.sub("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "", text)
    print(text.replace("\n", "\n      "), file=file, flush=True)

def receive(sock, leaving):  # in a thread of its own, beside the input; the program ends with it
    greeted = False
    try:
        for message in messages(sock):
            show(message)
            greeted = greeted or message["type"] == "users"
    except (OSError, ValueError, LookupError, TypeError) as error:
        say(f"* {error}", sys.stderr)
    else:
        if greeted and leaving.is_set():
            os._exit(0)  # not sys.exit: the other thread may be waiting for input
        say("* the server has closed the connection", sys.stderr)
    os._exit(1)

def secret(server, name):  # whoever sends it is the same person; keep it, for nobody else to read
    state = pathlib.Path(os.environ.get("XDG_STATE_HOME") or pathlib.Path.home() / ".local/state")
    path = state / "plausch-example" / f"{server}-{name}.uuid".replace("/", "_").replace(":", "-")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(uuid.uuid4()))
    return path.read_text()

def main(server, name):
    host, _, port = server.rpartition(":")
    try:
        me = secret(server, name)
        sock = socket.create_connection((host.strip("[]"), int(port)))
    except (OSError, ValueError) as error:
        sys.exit(f"* {server}: {error}")

    def send(kind, **fields):
        body = msgpack.packb({"type": kind, **fields, "time": time.time()})
        sock.sendall(len(body).to_bytes(4, "big") + body)

    leaving = threading.Event()
    receiver = threading.Thread(target=receive, args=[sock, leaving])
    receiver.start()
    try:
        send("auth", user=name, uuid=me)
        for line in map(str.strip, sys.stdin):
            private = re.fullmatch(r"@(\S+)\s+(.+)", line)
            to, text = private.groups() if private else ("all", line)
            if text:
                send("text", content=text, author=name, recipient=to)
        leaving.set()
        send("close")  # the server answers what came before, and closes
    except OSError:
        pass  # the receiver has noticed, too
    except KeyboardInterrupt:
        os._exit(130)
    receiver.join()

if __name__ == "__main__":
    os.umask(0o077)  # for the secret
    sys.stdin.reconfigure(errors="replace")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default="127.0.0.1:7528", metavar="HOST:PORT")
    parser.add_argument("--name", required=True)
    main(**vars(parser.parse_args()))
