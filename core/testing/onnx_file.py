"""A tiny network in an ONNX file, for tests of parts that read a user's; no package is needed.

The bytes are those of the protocol buffers that onnx.proto3 describes (github.com/onnx/onnx).
"""

from collections.abc import Sequence
from pathlib import Path

VARINT, BYTES = 0, 2
FLOAT = 1
IR_VERSION, OPSET = 7, 11
INTS = 7
"""Type of an attribute that is a list of integers."""


def write_pooling_onnx(path: Path, side: int = 112, pool: int = 28) -> Path:
    """Pictures [1, 3, side, side] to the mean colours of their squares, [1, 3 (side / pool)^2].

    Args:
        path: where to write.
        side: of the pictures, px.
        pool: side of the squares, px; divides ``side``.
    """
    squares = [_ints("kernel_shape", (pool, pool)), _ints("strides", (pool, pool))]
    width = 3 * (side // pool) ** 2
    graph = b"".join(
        (
            _field(1, _node("AveragePool", "picture", "pooled", squares)),
            _field(1, _node("Flatten", "pooled", "vector", [])),
            _field(2, b"pooling"),
            _field(11, _tensor("picture", (1, 3, side, side))),
            _field(12, _tensor("vector", (1, width))),
        )
    )
    opset = _field(8, _number(2, OPSET))
    path.write_bytes(_number(1, IR_VERSION) + _field(7, graph) + opset)
    return path


def _node(kind: str, source: str, result: str, attributes: Sequence[bytes]) -> bytes:
    named = _field(1, source.encode()) + _field(2, result.encode()) + _field(4, kind.encode())
    return named + b"".join(_field(5, attribute) for attribute in attributes)


def _ints(name: str, values: Sequence[int]) -> bytes:
    listed = b"".join(_number(8, value) for value in values)
    return _field(1, name.encode()) + listed + _number(20, INTS)


def _tensor(name: str, shape: Sequence[int]) -> bytes:
    sizes = b"".join(_field(1, _number(1, size)) for size in shape)
    kind = _number(1, FLOAT) + _field(2, sizes)
    return _field(1, name.encode()) + _field(2, _field(1, kind))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | BYTES) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3 | VARINT) + _varint(value)


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first.

    >>> _varint(300).hex()
    'ac02'
    """
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(made) + bytes([value])
