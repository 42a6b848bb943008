"""Bytes of an answer as they come, unpacked with a cap on what comes out: pure."""

import zlib


class TooLarge(ValueError):
    """More came out than was wanted."""


class Unpackable(ValueError):
    """Bytes that are not what their header says."""


class Plain:
    """Bytes as they are, up to `bytes_max`."""

    def __init__(self, bytes_max: int) -> None:
        self._left = bytes_max

    def feed(self, chunk: bytes) -> bytes:
        """What `chunk` holds. Raises TooLarge."""
        self._left -= len(chunk)
        if self._left < 0:
            raise TooLarge
        return chunk

    def end(self) -> None:
        """Nothing more comes."""


class Gzip(Plain):
    """One gzip member; never holds more than `bytes_max` of what comes out."""

    def __init__(self, bytes_max: int) -> None:
        super().__init__(bytes_max)
        self._unpack = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    def feed(self, chunk: bytes) -> bytes:
        """What `chunk` unpacks to. Raises TooLarge and Unpackable."""
        try:
            piece = self._unpack.decompress(chunk, self._left + 1)
        except zlib.error as error:
            raise Unpackable("answer: found bytes that are no gzip, as it says; wanted gzip") from error
        if self._unpack.unused_data:
            raise Unpackable("answer: found more after the end of the gzip; wanted nothing")
        return super().feed(piece)

    def end(self) -> None:
        """Raises Unpackable where the end is missing."""
        if not self._unpack.eof:
            raise Unpackable("answer: found gzip that breaks off; wanted the whole of it")


def unpacker(encoding: str, bytes_max: int) -> Plain:
    """For the value of a Content-Encoding header; only what was asked for is taken. Raises Unpackable."""
    match encoding.strip().lower():
        case "" | "identity":
            return Plain(bytes_max)
        case "gzip" | "x-gzip":
            return Gzip(bytes_max)
        case _:
            raise Unpackable("answer: found an encoding that was not asked for; wanted none, or gzip")
