"""The same run as one would write it at first: HB1 line by line, one process, an object for every hash."""

import hashlib
import hmac
import sqlite3
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from app.core.code import ALPHABET, TIMES_ALPHA


def plain_run(
    path: Path, run: str, secret: bytes, digest: bytes, counts: tuple[int, ...], case_size: int
) -> bytes:
    """Commit, seal and store a run without a beacon, with a manifest's digest; return its contents root."""
    seed, label_key, code_key = (_expand(secret, b"HB1/" + name) for name in (b"seed", b"labels", b"codes"))
    for _step in ("commit", "seal"):
        labels = _labels(label_key, code_key, sum(counts), case_size)
        outside = _levels([label[-1] for label in labels])
    beacon = hashlib.sha256(b"HB1/beaconnone\x00").digest()
    key = _expand(_mac(beacon, seed), b"HB1/shuffle" + digest)
    kits = _allocate(key, counts, case_size)
    leaves, rows = [], []
    for slot, (edition, case, code, tag, lsalt, commitment) in enumerate(labels):
        salt = _mac(key, b"HB1/salt" + _u32(slot))[:16]
        kit = kits[slot].to_bytes(2, "big")
        leaves.append(b"HB1/leaf" + digest + _u32(slot) + kit + salt + commitment)
        box_key = HKDF(algorithm=SHA256(), length=32, salt=b"", info=b"HB1/seal" + run.encode()).derive(code)
        content = _u32(slot) + kit + salt + _u32(edition) + _u32(case) + lsalt
        rows.append((tag, run, AESGCM(box_key).encrypt(bytes(12), content, tag)))
    inside = _levels(leaves)
    _store(path, sorted(rows), {"labels": outside, "contents": inside})
    return inside[-1][0]


class _Stream:
    def __init__(self, key: bytes, label: bytes) -> None:
        self.key, self.head = key, b"HB1/stream" + bytes([len(label)]) + label
        self.block, self.left = 0, b""

    def below(self, n: int) -> int:
        if n == 1:
            return 0
        bits = (n - 1).bit_length()
        size = (bits + 7) // 8
        while True:
            while len(self.left) < size:
                self.left += _mac(self.key, self.head + self.block.to_bytes(8, "big"))
                self.block += 1
            number = int.from_bytes(self.left[:size], "big") & ((1 << bits) - 1)
            self.left = self.left[size:]
            if number < n:
                return number

    def shuffle(self, items: list[Any]) -> None:
        for last in range(len(items) - 1, 0, -1):
            chosen = self.below(last + 1)
            items[last], items[chosen] = items[chosen], items[last]


def _labels(
    label_key: bytes, code_key: bytes, boxes: int, case_size: int
) -> list[tuple[int, int, bytes, bytes, bytes, bytes]]:
    """Return edition, case, code, tag, salt and commitment of every slot."""
    editions, cases = list(range(1, boxes + 1)), list(range(1, boxes // case_size + 1))
    _Stream(label_key, b"edition").shuffle(editions)
    _Stream(label_key, b"carton").shuffle(cases)
    labels = []
    for slot, edition in enumerate(editions):
        stream = _Stream(code_key, b"code" + _u32(slot))
        values = [stream.below(32) for _ in range(17)]
        check = 0
        for value in values:
            check = TIMES_ALPHA[check ^ value]
        code = "".join(ALPHABET[value] for value in [*values, check]).encode()
        tag = hashlib.sha256(b"HB1/tag" + code).digest()[:16]
        lsalt = _mac(label_key, b"HB1/lsalt" + _u32(slot))[:16]
        case = cases[slot // case_size]
        told = b"HB1/label" + _u32(slot) + _u32(edition) + _u32(case) + tag + lsalt
        labels.append((edition, case, code, tag, lsalt, hashlib.sha256(told).digest()))
    return labels


def _allocate(key: bytes, counts: tuple[int, ...], case_size: int) -> list[int]:
    rows = _deal(counts, sum(counts) // case_size, _Stream(key, b"deal"))
    _Stream(key, b"rows").shuffle(rows)
    kits: list[int] = []
    for case, row in enumerate(rows):
        content = [kit for kit, count in enumerate(row) for _ in range(count)]
        _Stream(key, b"case" + _u32(case)).shuffle(content)
        kits += content
    return kits


def _deal(counts: tuple[int, ...], cases: int, stream: _Stream) -> list[tuple[int, ...]]:
    if cases == 1:
        return [counts]
    left = cases // 2
    whole = [count * left // cases for count in counts]
    parts = [count * left % cases for count in counts]
    order = [kit for kit, part in enumerate(parts) if part]
    if order:
        stream.shuffle(order)
        mark, upto = stream.below(cases), 0
        for kit in order:
            upto += parts[kit]
            if mark < upto:
                whole[kit] += 1
                mark += cases
    rest = tuple(count - taken for count, taken in zip(counts, whole, strict=True))
    return _deal(tuple(whole), left, stream) + _deal(rest, cases - left, stream)


def _levels(leaves: list[bytes]) -> list[list[bytes]]:
    levels = [[hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]]
    while len(levels[-1]) > 1:
        level, above = levels[-1], []
        for place in range(0, len(level) - 1, 2):
            above.append(hashlib.sha256(b"\x01" + level[place] + level[place + 1]).digest())
        levels.append(above + level[len(level) // 2 * 2 :])
    return levels


def _store(path: Path, rows: list[tuple[bytes, str, bytes]], trees: dict[str, list[list[bytes]]]) -> None:
    ledger = sqlite3.connect(path)
    ledger.execute("CREATE TABLE sealed_box (tag BLOB PRIMARY KEY, run TEXT, sealed BLOB)")
    ledger.execute("CREATE INDEX by_run ON sealed_box (run)")
    ledger.execute("CREATE TABLE level (tree TEXT, level INTEGER, hashes BLOB)")
    for row in rows:
        ledger.execute("INSERT INTO sealed_box VALUES (?, ?, ?)", row)
    for name, levels in trees.items():
        for number, level in enumerate(levels):
            ledger.execute("INSERT INTO level VALUES (?, ?, ?)", (name, number, b"".join(level)))
    ledger.commit()
    ledger.close()


def _u32(number: int) -> bytes:
    return number.to_bytes(4, "big")


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def _expand(key: bytes, info: bytes) -> bytes:
    return HKDFExpand(algorithm=SHA256(), length=32, info=info).derive(key)
