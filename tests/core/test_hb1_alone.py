"""The steps of the format's page done with nothing of the program, give the page's example."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = (Path(__file__).parents[2] / "app" / "core" / "HB1.md").read_text("utf-8")
TOLD = dict(re.findall(r"^\| ([^|`]+?) \| `(.*)` \|$", PAGE.split("\n## Worked example\n")[1], re.MULTILINE))
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
N, CASE, G = 8, 4, 2


def sha(message: bytes) -> bytes:
    return hashlib.sha256(message).digest()


def mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def expand(key: bytes, info: bytes) -> bytes:
    return mac(key, info + b"\x01")


def u32(number: int) -> bytes:
    return number.to_bytes(4, "big")


class Stream:
    def __init__(self, key: bytes, label: bytes) -> None:
        self.bytes = self.endless(key, b"HB1/stream" + bytes([len(label)]) + label)

    @staticmethod
    def endless(key: bytes, head: bytes) -> Iterator[int]:
        i = 0
        while True:
            yield from mac(key, head + i.to_bytes(8, "big"))
            i += 1

    def below(self, n: int) -> int:
        if n == 1:
            return 0
        k = (n - 1).bit_length()
        while True:
            x = int.from_bytes(bytes(next(self.bytes) for _ in range(-(-k // 8))), "big") & ((1 << k) - 1)
            if x < n:
                return x

    def shuffle(self, a: list[Any]) -> list[Any]:
        for i in range(len(a) - 1, 0, -1):
            r = self.below(i + 1)
            a[i], a[r] = a[r], a[i]
        return a


def root(leaves: list[bytes]) -> bytes:
    row = [sha(b"\x00" + leaf) for leaf in leaves]
    while len(row) > 1:
        pairs = [sha(b"\x01" + row[i] + row[i + 1]) for i in range(0, len(row) - 1, 2)]
        row = pairs + ([row[-1]] if len(row) % 2 else [])
    return row[0]


def root_from_path(d: bytes, j: int, n: int, path: list[bytes]) -> bytes:
    place, last, h = j, n - 1, sha(b"\x00" + d)
    for p in path:
        assert last
        if place % 2 or place == last:
            h = sha(b"\x01" + p + h)
            while place % 2 == 0 and place > 0:
                place, last = place // 2, last // 2
        else:
            h = sha(b"\x01" + h + p)
        place, last = place // 2, last // 2
    assert last == 0
    return h


def deal(counts: list[int], cases: int, stream: Stream) -> Iterator[list[int]]:
    if cases == 1:
        yield counts
        return
    left = cases // 2
    whole = [count * left // cases for count in counts]
    part = [count * left % cases for count in counts]
    order = [k for k, share in enumerate(part) if share]
    if order:
        stream.shuffle(order)
        mark, upto = stream.below(cases), 0
        for k in order:
            upto += part[k]
            if mark < upto:
                whole[k] += 1
                mark += cases
    yield from deal(whole, left, stream)
    yield from deal([count - taken for count, taken in zip(counts, whole, strict=True)], cases - left, stream)


def allocate(s: bytes, counts: list[int], case_size: int) -> list[int]:
    rows = Stream(s, b"rows").shuffle(list(deal(counts, sum(counts) // case_size, Stream(s, b"deal"))))
    kits = []
    for g, row in enumerate(rows):
        content = [k for k, count in enumerate(row) for _ in range(count)]
        kits += Stream(s, b"case" + u32(g)).shuffle(content)
    return kits


def code(kc: bytes, j: int) -> str:
    stream = Stream(kc, b"code" + u32(j))
    values = [stream.below(32) for _ in range(17)]
    check = 0
    for v in values:
        x = check ^ v
        check = 2 * x if x < 16 else (2 * x) ^ 37
    return "".join(ALPHABET[v] for v in [*values, check])


def word(x: int) -> str:
    x, d = divmod(x, 4)
    x, c = divmod(x, 12)
    a, b = divmod(x, 5)
    consonants, vowel = "bghklmntvypc", "aeiou"[b]
    return consonants[a] + vowel + consonants[c] + "aeiou".replace(vowel, "")[d]


def test_labels_and_codes_are_made_as_the_page_says() -> None:
    r = bytes.fromhex(TOLD["run secret"])
    kl, kc = expand(r, b"HB1/labels"), expand(r, b"HB1/codes")
    u = Stream(kl, b"edition").shuffle(list(range(1, N + 1)))
    v = Stream(kl, b"carton").shuffle(list(range(1, G + 1)))
    assert [" ".join(map(str, numbers)) for numbers in (u, v)] == [TOLD["U"], TOLD["V"]]
    commitments = []
    for j in range(N):
        assert code(kc, j) == TOLD[f"slot {j} code"]
        tag, lsalt = sha(b"HB1/tag" + code(kc, j).encode())[:16], mac(kl, b"HB1/lsalt" + u32(j))[:16]
        commitments.append(sha(b"HB1/label" + u32(j) + u32(u[j]) + u32(v[j // CASE]) + tag + lsalt))
        assert commitments[j].hex() == TOLD[f"slot {j} C"]
    assert root(commitments).hex() == TOLD["labels root"] == json.loads(TOLD["manifest"])["labels_root"]


def test_the_draw_gives_the_contents_root() -> None:
    seed, manifest = bytes.fromhex(TOLD["seed"]), TOLD["manifest"]
    told = json.loads(manifest)
    assert json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False) == manifest
    assert (
        sha(b"HB1/seed-commitment" + told["run"].encode() + b"\x00" + seed).hex() == told["seed_commitment"]
    )
    md = sha(manifest.encode())
    beta = sha(b"HB1/beacon" + told["beacon"]["kind"].encode() + b"\x00" + TOLD["beacon value"].encode())
    s = expand(mac(beta, seed), b"HB1/shuffle" + md)
    kits = allocate(s, [kit["count"] for kit in told["kits"]], told["case_size"])
    assert " ".join(map(str, kits)) == TOLD["kit by slot"]
    leaves = []
    for j, k in enumerate(kits):
        salt, c = mac(s, b"HB1/salt" + u32(j))[:16], bytes.fromhex(TOLD[f"slot {j} C"])
        leaves.append(b"HB1/leaf" + md + u32(j) + k.to_bytes(2, "big") + salt + c)
    contents = root(leaves)
    assert contents.hex() == TOLD["contents root"]
    bits = f"{int.from_bytes(contents, 'big'):0256b}"
    assert "".join(ALPHABET[int(bits[i : i + 5], 2)] for i in range(0, 160, 5)) == TOLD["printed root"]
    shown = f"{int.from_bytes(md + sha(md)[:1], 'big'):0264b}"
    assert " ".join(word(int(shown[i : i + 11], 2)) for i in range(0, 264, 11)) == TOLD["md in words"]


def test_the_proof_is_read_and_climbed_as_the_page_says() -> None:
    proof, told = bytes.fromhex(TOLD["slot 3 proof"]), json.loads(TOLD["manifest"])
    length = proof[102]
    assert (proof[:4], len(proof)) == (b"HB1P", 103 + 64 * length)
    md, n, j, kit, salt = proof[4:36], proof[36:40], proof[40:44], proof[44:46], proof[46:62]
    u, v, tag, lsalt = proof[62:66], proof[66:70], proof[70:86], proof[86:102]
    hashes = [proof[at : at + 32] for at in range(103, len(proof), 32)]
    assert (md, n, j) == (sha(TOLD["manifest"].encode()), u32(N), u32(3))
    assert tag == sha(b"HB1/tag" + TOLD["slot 3 code"].encode())[:16]
    c = sha(b"HB1/label" + j + u + v + tag + lsalt)
    leaf = b"HB1/leaf" + md + j + kit + salt + c
    assert root_from_path(leaf, 3, N, hashes[:length]).hex() == TOLD["contents root"]
    assert root_from_path(c, 3, N, hashes[length:]).hex() == told["labels_root"]
    assert str(int.from_bytes(kit, "big")) == TOLD["kit by slot"].split()[3]


def test_the_small_steps_come_out() -> None:
    key = bytes(range(32))
    stream = Stream(key, b"test")
    assert bytes(next(stream.bytes) for _ in range(40)).hex() == TOLD["Stream(key 00..1f, test) 40 bytes"]
    again = Stream(key, b"test")
    assert " ".join(str(again.below(12)) for _ in range(10)) == TOLD["anew, ten below(12)"]
    assert " ".join(str(again.below(1000003)) for _ in range(5)) == TOLD["then five below(1000003)"]
    assert " ".join(map(str, allocate(key, [5, 4, 3], 2))) == TOLD["deal 5 4 3 to 6 cases, S 00..1f"]
    digits = [str(number).encode() for number in range(5)]
    assert root(digits).hex() == TOLD["root of leaves 0 1 2 3 4"]
    for leaf in (2, 4):
        path = [bytes.fromhex(each) for each in TOLD[f"path of leaf {leaf}"].split()]
        assert root_from_path(digits[leaf], leaf, 5, path) == root(digits)
    assert sha(TOLD["a first log entry"].encode()).hex() == TOLD["its hash"]
