#!/usr/bin/env python3
"""events.py URL USER [TO] - zvon from Python, standard library only: HTTP for commands,
Server-Sent Events for what happens, which go on behind the last one after a loss.

    ZVON_PASSWORD=demo ./events.py http://127.0.0.1:2013 demo 204
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request


def ask(url, path, token=None, body=None, headers=None, timeout=90):
    """An answer that is open; the caller reads and closes it."""
    request = urllib.request.Request(url + path, headers=headers or {})
    if token:
        request.add_header("Authorization", "Bearer " + token)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    return urllib.request.urlopen(request, timeout=timeout)


def sign_in(url, user, password):
    """A session token."""
    with ask(url, "/v1/login", body={"user": user, "password": password}) as answer:
        return json.load(answer)["token"]


def command(url, token, name, **arguments):
    """The outcome, which has been seen at the PBX; {"ok": false, "error": …} if refused."""
    try:
        with ask(url, "/v1/commands/" + name, token, arguments) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return json.load(refusal)


def messages(stream):
    """(id, message) of each event of an open stream."""
    number, data = None, ""
    for line in stream:
        field, _, value = line.decode().rstrip("\r\n").partition(":")
        if field == "id":
            number = value.strip()
        elif field == "data":
            data += value.strip()
        elif not field and data:
            yield number, json.loads(data)
            number, data = None, ""


def follow(url, token):
    """All messages from now on, each once, however often the connection breaks."""
    last = None
    while True:
        headers = {"Accept": "text/event-stream"}
        if last:
            headers["Last-Event-ID"] = last
        try:
            with ask(url, "/v1/events", token, headers=headers) as stream:
                for number, message in messages(stream):
                    last = number or last
                    yield message
        except urllib.error.HTTPError:
            raise  # 401: the token is not known any more
        except OSError as loss:
            print("lost:", loss, file=sys.stderr)
        time.sleep(1)


def main():
    """Makes a call to TO and tells events, EVENTS of them if that is set."""
    url, user, *to = sys.argv[1:]
    most = int(os.environ.get("EVENTS", "0"))
    token = sign_in(url, user, os.environ["ZVON_PASSWORD"])
    seen = 0
    if to:
        outcome = command(url, token, "call.make", to=to[0])
        print("result", outcome.get("result") or outcome["error"]["message"])
    for message in follow(url, token):
        if message["type"] in ("snapshot", "resync"):
            print(message["type"], len(message["calls"]), "calls", flush=True)
        elif message["type"] == "event":
            print(message["seq"], message["event"], message.get("call", ""), flush=True)
            seen += 1
        if seen and seen == most:
            return


if __name__ == "__main__":
    main()
