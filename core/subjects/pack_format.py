"""Layout of frames.pack: JPEG pictures one after the other, then their index, then a footer.

    header   8 bytes b"VMXPACK1", height and width (uint32)
    pictures JPEG files
    index    per frame: offset (uint64), length (uint32), CRC-32 (uint32)
    footer   offset of the index (uint64), frames (uint64), CRC-32 of the index (uint32),
             8 bytes b"VMXPEND1"

All numbers are little-endian. A frame that repeats the one before has the same entry. A file that
was cut short has no footer.
"""

import struct
import zlib
from collections.abc import Sequence

import attrs

MAGIC = b"VMXPACK1"
END = b"VMXPEND1"

HEADER = struct.Struct("<8sII")
ENTRY = struct.Struct("<QII")
FOOTER = struct.Struct("<QQI8s")


@attrs.frozen
class Entry:
    """Where a picture is.

    Attributes:
        offset: byte at which its JPEG begins.
        length: its bytes.
        checksum: its CRC-32.
    """

    offset: int
    length: int
    checksum: int


@attrs.frozen
class Index:
    """What a pack holds.

    Attributes:
        height, width: of every picture, px.
        entries: one per frame.
    """

    height: int
    width: int
    entries: Sequence[Entry]


def index_bytes(entries: Sequence[Entry], offset: int) -> bytes:
    """Index and footer of a pack whose pictures end at ``offset``."""
    table = b"".join(ENTRY.pack(e.offset, e.length, e.checksum) for e in entries)
    return table + FOOTER.pack(offset, len(entries), zlib.crc32(table), END)


def parse_index(header: bytes, footer: bytes) -> tuple[int, int, int, int] | None:
    """Height, width, offset of the index and number of frames; None if it is no whole pack."""
    if len(header) != HEADER.size or len(footer) != FOOTER.size:
        return None
    magic, height, width = HEADER.unpack(header)
    offset, count, _, end = FOOTER.unpack(footer)
    if magic != MAGIC or end != END or offset < HEADER.size:
        return None
    return height, width, offset, count


def parse_entries(table: bytes, count: int, footer: bytes) -> list[Entry] | None:
    """The index; None if it is damaged or has not ``count`` entries."""
    if len(table) != count * ENTRY.size or zlib.crc32(table) != FOOTER.unpack(footer)[2]:
        return None
    return [Entry(*numbers) for numbers in ENTRY.iter_unpack(table)]
