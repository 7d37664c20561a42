"""Logs that were compressed as they were rotated: gzip, bzip2 or xz, told by their first bytes.

The decompressors are loaded for such a log only: they take as long to load as a plain one to read.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BufferedReader
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bz2 import BZ2File
    from gzip import GzipFile

_CHUNK = 1 << 18
_MOST_MEMORY = 1 << 27  # for xz, which would take as much as the file asks for; -9 asks for half
_MODULES = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\x00": "lzma"}


def module_of(head: bytes) -> str | None:
    """Return the name of the module of Python's that unpacks what begins so; None if it is plain.

    :param head: the first bytes of a log, or more of it.
    """
    return next((name for magic, name in _MODULES.items() if head.startswith(magic)), None)


def unpacked(stream: BufferedReader) -> Iterator[bytes]:
    """Return a log's text, through a decompressor if its first bytes look like it.

    :raises OSError: if it cannot be read, or is damaged.
    :raises EOFError: if it is cut off.
    :raises ImportError: if Python was built without what it takes.
    """
    module = module_of(stream.peek(max(map(len, _MODULES))))
    if module == "lzma":
        return _unpacked_xz(stream)
    if module == "gzip":
        return _unpacked_gzip(stream)
    if module == "bz2":
        from bz2 import BZ2File

        return _chunks(BZ2File(stream))
    return _chunks(stream)


def _chunks(source: BufferedReader | GzipFile | BZ2File) -> Iterator[bytes]:
    with source:
        while chunk := source.read1(_CHUNK):
            yield chunk


def _unpacked_gzip(stream: BufferedReader) -> Iterator[bytes]:
    from gzip import GzipFile

    try:
        yield from _chunks(GzipFile(fileobj=stream))
    except zlib.error as error:
        raise OSError(str(error)) from None


def _unpacked_xz(stream: BufferedReader) -> Iterator[bytes]:
    from lzma import LZMADecompressor, LZMAError

    try:
        data = stream.read1(_CHUNK)
        while data:
            # One archive may follow the other.
            unpacker = LZMADecompressor(memlimit=_MOST_MEMORY)
            while not unpacker.eof:
                yield unpacker.decompress(data, _CHUNK)
                data = b""
                if unpacker.needs_input and not unpacker.eof:
                    data = stream.read1(_CHUNK)
                    if not data:
                        raise EOFError("is cut off")
            data = unpacker.unused_data.lstrip(b"\0") or stream.read1(_CHUNK).lstrip(b"\0")
    except LZMAError as error:
        raise OSError(str(error)) from None
