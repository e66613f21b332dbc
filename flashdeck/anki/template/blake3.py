"""BLAKE3, as far as Anki needs it: the hash of a text, for the ids of its hints.

Written from the specification (https://github.com/BLAKE3-team/BLAKE3-specs); the standard library
has only BLAKE2. Pure Python is fast enough for a hint: about a millisecond per kilobyte.
"""

from __future__ import annotations

import struct

_IV = (
    0x6A09E667,
    0xBB67AE85,
    0x3C6EF372,
    0xA54FF53A,
    0x510E527F,
    0x9B05688C,
    0x1F83D9AB,
    0x5BE0CD19,
)
_PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
_MIXES = (
    (0, 4, 8, 12),
    (1, 5, 9, 13),
    (2, 6, 10, 14),
    (3, 7, 11, 15),
    (0, 5, 10, 15),
    (1, 6, 11, 12),
    (2, 7, 8, 13),
    (3, 4, 9, 14),
)
_ROUNDS = 7
_BLOCK = 64
_CHUNK = 1024
_CHUNK_START, _CHUNK_END, _PARENT, _ROOT = 1, 2, 4, 8
_MASK = 0xFFFFFFFF

_Words = tuple[int, ...]


def blake3(data: bytes) -> bytes:
    """Return the 32 bytes of the hash."""
    return struct.pack("<8I", *_subtree(data, 0, _ROOT))


def _subtree(data: bytes, counter: int, flags: int) -> _Words:
    """Return the chaining value of the tree over `data`, whose first chunk has number `counter`."""
    if len(data) <= _CHUNK:
        return _chunk(data, counter, flags)
    # The left side takes the largest power of two of chunks that leaves something for the right.
    left = 1 << (((len(data) - 1) // _CHUNK).bit_length() - 1)
    cut = left * _CHUNK
    words = _subtree(data[:cut], counter, 0) + _subtree(data[cut:], counter + left, 0)
    return _compress(_IV, words, 0, _BLOCK, _PARENT | flags)


def _chunk(data: bytes, counter: int, flags: int) -> _Words:
    blocks = [data[at : at + _BLOCK] for at in range(0, len(data), _BLOCK)] or [b""]
    value: _Words = _IV
    for number, block in enumerate(blocks):
        mode = _CHUNK_START if number == 0 else 0
        if number == len(blocks) - 1:
            mode |= _CHUNK_END | flags
        words = struct.unpack("<16I", block.ljust(_BLOCK, b"\0"))
        value = _compress(value, words, counter, len(block), mode)
    return value


def _compress(value: _Words, words: _Words, counter: int, length: int, flags: int) -> _Words:
    state = [*value, *_IV[:4], counter & _MASK, counter >> 32, length, flags]
    for _ in range(_ROUNDS):
        for number, places in enumerate(_MIXES):
            _mix(state, places, words[2 * number], words[2 * number + 1])
        words = tuple(words[place] for place in _PERMUTATION)
    return tuple(state[place] ^ state[place + 8] for place in range(8))


def _mix(state: list[int], places: _Words, first: int, second: int) -> None:
    at, bt, ct, dt = places
    a, b, c, d = state[at], state[bt], state[ct], state[dt]
    for word, right_d, right_b in ((first, 16, 12), (second, 8, 7)):
        a = (a + b + word) & _MASK
        d ^= a
        d = (d >> right_d | d << (32 - right_d)) & _MASK
        c = (c + d) & _MASK
        b ^= c
        b = (b >> right_b | b << (32 - right_b)) & _MASK
    state[at], state[bt], state[ct], state[dt] = a, b, c, d
