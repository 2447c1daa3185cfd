from __future__ import annotations

import gzip
import time
import tracemalloc
import zlib

import pytest

from workflows.exceptions import NodeFailed
from workflows.safety.decoding import CHARSETS, Decoder, text_of

MIB = 1024 * 1024
# Its header has a time in it, and each test process has a clock of its own.
HELLO = gzip.compress(b"hello", mtime=0)


def decoded(body: bytes, encoding: str, *, at_once: int = 65_536) -> bytes:
    decoder = Decoder(encoding, MIB)
    parts = [
        decoder.feed(body[start : start + at_once])
        for start in range(0, len(body), at_once)
    ]
    decoder.end()
    return b"".join(parts)


def refusal(body: bytes, encoding: str) -> str:
    with pytest.raises(NodeFailed) as refused:
        decoded(body, encoding)
    return str(refused.value)


@pytest.mark.parametrize(
    "encoding",
    ["gzip", "GZIP", "x-gzip", " gzip ", "identity, gzip", "gzip,", "gzip, identity"],
)
@pytest.mark.parametrize("at_once", [1, 7, 65_536])
def test_one_layer_of_gzip_is_unpacked(encoding: str, at_once: int) -> None:
    packed = gzip.compress(b"hello" * 100)
    assert decoded(packed, encoding, at_once=at_once) == b"hello" * 100


@pytest.mark.parametrize("encoding", ["", "identity", "IDENTITY", "identity, identity"])
def test_what_is_not_packed_stays_as_it_is(encoding: str) -> None:
    assert decoded(b"hello", encoding) == b"hello"


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip,x-gzip", "br, gzip"])
def test_a_second_layer_is_refused(encoding: str) -> None:
    assert refusal(b"anything", encoding) == "The response is encoded more than once."


@pytest.mark.parametrize("encoding", ["deflate", "br", "zstd", "compress", "x" * 9000])
def test_what_we_did_not_ask_for_is_refused(encoding: str) -> None:
    refused = "The response has another encoding than gzip."
    assert refusal(b"anything", encoding) == refused


@pytest.mark.parametrize("encoding", ["gzip", "br", "gzip, gzip"])
def test_no_body_is_no_body_however_it_is_said_to_be_encoded(encoding: str) -> None:
    assert decoded(b"", encoding) == b""


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_a_body_of_one_mebibyte_is_taken_and_one_byte_more_is_not(
    encoding: str,
) -> None:
    def sent(size: int) -> bytes:
        return gzip.compress(bytes(size)) if encoding else bytes(size)

    assert decoded(sent(MIB), encoding) == bytes(MIB)
    assert refusal(sent(MIB + 1), encoding) == "The response is larger than 1024 KiB."


@pytest.mark.heavy
def test_a_bomb_takes_no_more_memory_and_time_than_the_limit() -> None:
    bomb = gzip.compress(gzip.compress(bytes(64 * MIB)))
    tracemalloc.start()
    began = time.process_time()
    assert "gzip" not in refusal(gzip.decompress(bomb), "gzip")
    took = time.process_time() - began
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 1
    assert most < 4 * MIB


def test_gzip_that_gives_nothing_is_counted_as_it_comes() -> None:
    """Empty blocks go on for ever without a byte of output."""
    packer = zlib.compressobj(wbits=31)
    nothing = packer.flush(zlib.Z_FULL_FLUSH) + b"\x00\x00\x00\xff\xff" * 250_000
    assert refusal(nothing, "gzip") == "The response is larger than 1024 KiB."


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"hello", "is not valid gzip data"),
        (HELLO[:-1], "ends before its gzip data is complete"),
        (HELLO + b"x", "continues after its gzip data"),
        (HELLO + HELLO, "continues after its gzip data"),
    ],
)
def test_what_is_not_one_whole_gzip_is_refused(body: bytes, why: str) -> None:
    assert why in refusal(body, "gzip")


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/plain", "ü".encode(), "ü"),
        ("text/plain; charset=UTF-8", "ü".encode(), "ü"),
        ('text/plain; CHARSET = "iso-8859-1"', b"\xfc", "ü"),
        ("text/plain; charset=latin1", b"\xfc", "ü"),
        ("text/html; charset=windows-1252", b"\x80", "€"),
        ("text/html; charset=Shift_JIS", b"\x83\x65", "テ"),
        ("text/plain; charset=utf-16", "ü".encode("utf-16"), "ü"),
        ("text/plain; charset=us-ascii", b"a\xfc", "a\ufffd"),
        ("text/plain; charset=utf-8", b"a\xfc", "a\ufffd"),
        ("text/plain; charset=no-such-charset", "ü".encode(), "ü"),
    ],
)
def test_a_text_is_read_by_its_charset(
    content_type: str, body: bytes, text: str
) -> None:
    assert text_of(body, content_type) == text


@pytest.mark.parametrize(
    "charset",
    [
        "punycode",
        "idna",
        "unicode_escape",
        "raw_unicode_escape",
        "utf-7",
        "rot13",
        "base64",
        "bz2",
        "zlib",
        "hex",
        "undefined",
        "mbcs",
        "uu",
        "os.path",
        "x" * 9000,
    ],
)
def test_a_charset_that_is_none_of_ours_is_taken_for_utf_8(charset: str) -> None:
    assert text_of("aü\\n".encode(), f"text/plain; charset={charset}") == "aü\\n"


def test_a_charset_in_the_extended_form_is_not_looked_at() -> None:
    """Python's own reader of headers decodes it by whatever codec it names."""
    extended = f"text/plain; charset*=punycode''{'a' * 90_000}-b"
    began = time.process_time()
    assert text_of(b"hello", extended) == "hello"
    assert time.process_time() - began < 0.5


@pytest.mark.heavy
@pytest.mark.parametrize("charset", sorted(CHARSETS))
def test_every_charset_takes_no_longer_than_the_size_warrants(charset: str) -> None:
    """A mebibyte takes a third of a second at worst, of bytes that are no characters."""
    for body in (b"\xff" * (MIB // 4), b"\x1b$B" * (MIB // 12)):
        began = time.process_time()
        assert text_of(body, f"text/plain; charset={charset}")
        assert time.process_time() - began < 1
