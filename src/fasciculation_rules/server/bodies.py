"""Bodies of requests: bounded before and after they are unpacked, and JSON of bounded depth."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from fasciculation_rules.errors import Problem
from fasciculation_rules.server.refusing import Refused
from fasciculation_rules.shelf.strict_json import read_json

if TYPE_CHECKING:
    from starlette.requests import Request

MOST_BYTES = 8 * 1024 * 1024


async def read_body(request: Request, most: int = MOST_BYTES) -> bytes:
    """The body, unpacked where it came packed.

    Raises Refused: 413 beyond so many bytes, 415 for another packing, 400 for a broken one.
    """
    from starlette.requests import ClientDisconnect

    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > most:
        raise _too_large(most)
    raw = bytearray()
    try:
        async for piece in request.stream():
            raw += piece
            if len(raw) > most:
                raise _too_large(most)
    except ClientDisconnect:
        raise Refused(400, "structure", "the connection ended before the body did") from None
    match request.headers.get("content-encoding", "identity").lower():
        case "identity" | "":
            return bytes(raw)
        case "gzip":
            return _unpacked(bytes(raw), most)
        case _:
            raise Refused(415, "not-supported", "a body comes as it is, or packed with gzip")


def _unpacked(raw: bytes, most: int) -> bytes:
    unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        body = unpacking.decompress(raw, most + 1)
    except zlib.error:
        raise Refused(400, "structure", "the body says that it is gzip, and is not") from None
    if len(body) > most:
        raise _too_large(most)
    if not unpacking.eof or unpacking.unused_data:
        raise Refused(400, "structure", "the packed body is cut off, or has more after its end")
    return body


def _too_large(most: int) -> Refused:
    return Refused(413, "too-long", f"a body has at most {most // 1024 // 1024} MiB, also once it is unpacked")


def json_of(raw: bytes, most: int = MOST_BYTES) -> Any:
    """The data of a JSON text; numbers are kept as they were written.

    Raises Refused (400) for what is no JSON, too deep, or says a thing twice.
    """
    problems: list[Problem] = []
    document = read_json(raw, "", problems, max_bytes=most)
    if document is None:
        place = f", line {problems[0].line}" if problems and problems[0].line else ""
        told = problems[0].message if problems else "nothing that can be read"
        raise Refused(400, "structure", f"the body is no JSON that can be read: {told}{place}")
    return document.data
