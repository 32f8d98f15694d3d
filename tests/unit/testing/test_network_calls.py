"""Attempts to leave the machine, in strace's log."""

from __future__ import annotations

from testing.network_calls import attempts_outside


def v4(port: int, address: str) -> str:
    return f'{{sa_family=AF_INET, sin_port=htons({port}), sin_addr=inet_addr("{address}")}}'


def v6(port: int, address: str) -> str:
    flow = "sin6_flowinfo=htonl(0)"
    return f'{{sa_family=AF_INET6, sin6_port=htons({port}), {flow}, inet_pton(AF_INET6, "{address}", &sin6_addr)}}'


def test_calls_within_the_machine_are_no_attempts() -> None:
    calls = [
        '101 connect(3, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT (No such file)',
        f"101 connect(4, {v4(8000, '127.0.0.1')}, 16) = 0",
        f"101 connect(4, {v6(80, '::1')}, 28) = 0",
        f"101 connect(4, {v4(80, '0.0.0.0')}, 16) = 0",
        "102 sendto(3, [{nlmsg_len=20}], 20, 0, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 20",
        '102 sendto(5, ""..., 9, 0, NULL, 0) = 9',
    ]
    assert list(attempts_outside("\n".join(calls))) == []


def test_every_way_out_is_found() -> None:
    two = ", ".join(f"{{msg_hdr={{msg_name={v4(9, f'203.0.113.{number}')}, msg_namelen=16}}}}" for number in (1, 2))
    calls = [
        f"1 connect(3, {v4(443, '192.0.2.1')}, 16) = -1 ENETUNREACH (Network is unreachable)",
        f"2 connect(3, {v6(443, '2001:db8::1')}, 28 <unfinished ...>",
        f'3 sendto(3, ""..., 30, MSG_NOSIGNAL, {v4(123, "198.51.100.7")}, 16) = 30',
        f"4 sendmmsg(3, [{two}], 2, 0) = 2",
    ]
    assert list(attempts_outside("\n".join(calls))) == [
        "connect 192.0.2.1:443",
        "connect 2001:db8::1:443",
        "sendto 198.51.100.7:123",
        "sendmmsg 203.0.113.1:9",
        "sendmmsg 203.0.113.2:9",
    ]


def test_a_question_to_a_resolver_on_this_machine_is_an_attempt() -> None:
    assert list(attempts_outside(f"1 connect(3, {v4(53, '127.0.0.53')}, 16) = 0")) == ["connect 127.0.0.53:53"]
