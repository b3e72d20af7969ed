#!/usr/bin/env python3
"""A chat client, to show the KTN protocol (docs/ktn.md). It needs nothing but Python.

What you type goes to everyone, "@bob Hello" to bob alone; /names, /history and /help ask the server.
After /logout or the end of the input it ends with 0; with 1 if the server refuses or goes.
"""
import argparse, codecs, getpass, json, os, re, socket, sys, threading

def responses(sock):  # one object after the other, however the network has cut or joined them
    utf8, text = codecs.getincrementaldecoder("utf-8")("replace"), ""
    while data := sock.recv(4096):
        text += utf8.decode(data)
        while text := text.lstrip():
            try:
                response, end = json.JSONDecoder().raw_decode(text)
            except ValueError:
                break  # the rest is still on its way
            text = text[end:]
            yield response
    raise ConnectionError("the server has gone")

def show(r):
    if r["response"] == "message":
        say(f"{r['timestamp']} {r['sender']}: {r['content']}")
    elif r["response"] == "history":
        for old in r["content"]:  # objects or, if the server's owner likes, strings of JSON
            show(json.loads(old) if isinstance(old, str) else old)
    else:  # info or error
        say(f"* {r['content']}", sys.stderr)

def say(text, file=sys.stdout):  # what others write must not control the terminal, or look like another line
    text = re.sub("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", "", text)
    print(text.replace("\n", "\n      "), file=file, flush=True)

def receive(incoming):  # in a thread of its own, beside the input; the program ends with it
    try:
        for response in incoming:
            show(response)
            if response["content"] == "Logout successful" and response["response"] == "info":
                os._exit(0)  # not sys.exit: the other thread may be waiting for input
    except (OSError, ValueError, LookupError, TypeError) as error:
        say(f"* {error}", sys.stderr)
    os._exit(1)

def main(server, name, password):
    host, _, port = server.rpartition(":")
    try:
        sock = socket.create_connection((host.strip("[]"), int(port)))
        def request(kind, content=None):
            sock.sendall(json.dumps({"request": kind, "content": content}).encode() + b"\n")
        request("login", f"{name} {getpass.getpass()}" if password else name)
        incoming = responses(sock)
        show(answer := next(incoming))
        if answer["response"] == "error":
            sys.exit(1)
    except (OSError, ValueError) as error:
        sys.exit(f"* {server}: {error}")
    receiver = threading.Thread(target=receive, args=[incoming])
    receiver.start()
    try:
        for line in map(str.strip, sys.stdin):
            if line == "/logout":
                break
            if line in ("/names", "/history", "/help"):
                request(line[1:])
            elif line:
                request("msg", line)
        request("logout")  # the server answers what came before, says so, and keeps the connection
    except OSError:
        pass  # the receiver has noticed, too
    except KeyboardInterrupt:
        os._exit(130)
    receiver.join()

if __name__ == "__main__":
    sys.stdin.reconfigure(errors="replace")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default="127.0.0.1:7528", metavar="HOST:PORT")
    parser.add_argument("--name", required=True, help="letters and digits")
    parser.add_argument("--password", action="store_true", help="ask for the password of an account")
    main(**vars(parser.parse_args()))
