"""What users of the Python client `toxiproxy-python` do, against a server on 127.0.0.1:8474.

The client's package on PyPI brings no tests of its own (its `test/` holds a helper only), so these are ours: every call
of its interface, with the results that its documentation promises.
"""

import contextlib
import socket
import threading
import time

import pytest
import requests
from toxiproxy import Toxiproxy
from toxiproxy.api import validate_response
from toxiproxy.exceptions import InvalidToxic, NotFound, ProxyExists
from toxiproxy.utils import can_connect_to

API = "http://127.0.0.1:8474"


@pytest.fixture
def server():
    client = Toxiproxy()
    client.destroy_all()
    yield client
    client.destroy_all()


@contextlib.contextmanager
def echo():
    """An upstream that gives back what it is sent."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(stream):
        with stream:
            while data := stream.recv(4096):
                stream.sendall(data)

    def accept():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield "127.0.0.1:%d" % listener.getsockname()[1]
    finally:
        listener.close()


def where(proxy):
    host, port = proxy.listen.split(":")
    return host, int(port)


def ask(proxy):
    """Seconds until the echo came back."""
    began = time.monotonic()
    with socket.create_connection(where(proxy), timeout=10) as stream:
        stream.sendall(b"hello")
        assert stream.recv(5) == b"hello"
    return time.monotonic() - began


def test_running_and_version(server):
    assert server.running() is True
    assert b"version" in server.version() if isinstance(server.version(), bytes) else "version" in str(server.version())


def test_create_as_asked(server):
    proxy = server.create(upstream="localhost:3306", name="db", enabled=False, listen="127.0.0.1:43215")
    assert (proxy.upstream, proxy.name, proxy.enabled) == ("localhost:3306", "db", False)
    assert proxy.listen == "127.0.0.1:43215"
    assert server.get_proxy("db").upstream == "localhost:3306"
    assert list(server.proxies()) == ["db"]


def test_the_same_name_twice(server):
    server.create(upstream="localhost:3306", name="db")
    with pytest.raises(ProxyExists):
        server.create(upstream="localhost:3306", name="db")
    with pytest.raises(ProxyExists):
        validate_response(requests.post(API + "/proxies", json={"upstream": "localhost:3306", "name": "db"}))


def test_destroy(server):
    proxy = server.create(upstream="localhost:3306", name="db")
    assert server.destroy(proxy) is True
    assert server.get_proxy("db") is None
    assert server.destroy("db") is False


def test_not_found():
    with pytest.raises(NotFound):
        validate_response(requests.get(API + "/not_found"))
    assert requests.get(API + "/not_found").text == "404 page not found\n"


def test_disable_and_enable(server):
    with echo() as upstream:
        proxy = server.create(upstream=upstream, name="echo")
        listen = proxy.listen
        proxy.add_toxic(type="latency", attributes={"latency": 123})
        proxy.disable()
        assert can_connect_to(*where(proxy)) is False
        proxy.enable()
        assert can_connect_to(*where(proxy)) is True
        assert proxy.get_toxic("latency_downstream").attributes["latency"] == 123
        assert server.get_proxy("echo").listen == listen
        with proxy.down():
            assert can_connect_to(*where(proxy)) is False
        assert can_connect_to(*where(proxy)) is True


def test_toxics_are_felt_and_go_away(server):
    with echo() as upstream:
        proxy = server.create(upstream=upstream, name="echo")
        assert proxy.toxics() == {}
        proxy.add_toxic(type="latency", attributes={"latency": 300})
        assert ask(proxy) >= 0.3
        proxy.destroy_toxic("latency_downstream")
        assert proxy.toxics() == {}
        assert ask(proxy) < 0.3


def test_a_toxic_of_no_kind(server):
    proxy = server.create(upstream="localhost:3306", name="db")
    with pytest.raises(InvalidToxic):
        proxy.add_toxic(type="walrus")


def test_reset(server):
    with echo() as upstream:
        proxy = server.create(upstream=upstream, name="echo")
        proxy.disable()
        proxy.add_toxic(type="latency", attributes={"latency": 123})
        server.reset()
        assert can_connect_to(*where(proxy)) is True
        assert proxy.toxics() == {}


def test_populate(server):
    first = [{"name": name, "upstream": "localhost:3306", "listen": "localhost:%d" % port} for name, port in (("a", 22222), ("b", 22223))]
    for proxy in server.populate(first):
        assert can_connect_to(*where(proxy)) is True
    moved = server.populate([{"name": "a", "upstream": "localhost:3306", "listen": "localhost:22224"}])
    assert [where(proxy) for proxy in moved] == [("127.0.0.1", 22224)]
    assert can_connect_to("127.0.0.1", 22224) is True
    assert can_connect_to("127.0.0.1", 22222) is False
