"""The security headers: what the policy says, and what it refuses to say."""

import re

import pytest

from nnviz.ui.server import headers


def test_the_policy_lets_nothing_in_from_elsewhere_and_evaluates_nothing():
    policy = headers.content_security_policy("self", "<script>\n  a = 1\n</script><script src='x.js'></script>")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["frame-ancestors"] == "'self'"
    # The hash as `openssl dgst -sha256 -binary | base64` gives it.
    assert "'sha256-nHiJsB1GRX6Ku2XBkWKVt2F3CJiowPuMwhcJv+CWmC0='" in rules["script-src"]
    assert rules["script-src"].count("sha256-") == 1
    assert "'unsafe-eval'" not in policy
    assert not re.search(r"'unsafe-inline'|data:", rules["script-src"])
    assert not re.search(r"https?:|\*", policy)


@pytest.mark.parametrize(
    ("frames", "written"),
    [
        ("self", "'self'"),
        ("'none'", "'none'"),
        ("https://moodle.example", "https://moodle.example"),
        ("self  https://*.school.example http://10.0.0.5:8080", "'self' https://*.school.example http://10.0.0.5:8080"),
        ("*", "*"),
    ],
)
def test_pages_that_may_frame_the_app_are_written_into_it(frames, written):
    assert headers.content_security_policy(frames, "").endswith(f"; frame-ancestors {written}")


@pytest.mark.parametrize(
    "frames",
    ["", " ", "moodle.example", "https://a.example; script-src *", "https://a.example, *", "https://a/b", "http:"],
)
def test_what_is_no_origin_stops_the_start_with_a_sentence(frames):
    with pytest.raises(ValueError, match=r"^NNVIZ_FRAME_ANCESTORS is .*; it must be self, none"):
        headers.content_security_policy(frames, "")


def test_every_answer_gets_each_header_once_and_a_websocket_passes_untouched():
    sent = []

    async def app(scope, receive, send):
        await send(
            {"type": f"{scope['type']}.response.start", "headers": [(b"X-Content-Type-Options", b"old"), (b"a", b"b")]}
        )

    async def keep(message):
        sent.append(message)

    middleware = headers.Headers(app, "none")
    for kind in ("http", "websocket"):
        with pytest.raises(StopIteration):  # it waits for nothing, so one step is all; Playwright may hold the loop
            middleware({"type": kind}, None, keep).send(None)
    names = [name.lower() for name, _ in sent[0]["headers"]]
    assert sorted(names) == sorted(
        [b"a", b"content-security-policy", b"permissions-policy", b"referrer-policy", b"x-content-type-options"]
    )
    assert dict(sent[0]["headers"])[b"x-content-type-options"] == b"nosniff"
    assert len(sent[1]["headers"]) == 2
