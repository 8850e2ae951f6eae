"""Sealed rows open only with their code, in their run, unchanged."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.core.proof import SealedContent
from app.sealing import OpenError, open_row, row_key, seal_row

VECTORS = json.loads((Path(__file__).parent / "core" / "fairness-vectors.json").read_text("utf-8"))
EVERY_RUN = pytest.mark.parametrize("run", VECTORS["runs"], ids=lambda run: run["plan"]["run"])


@EVERY_RUN
def test_every_sealed_row_of_the_vectors_is_reproduced_and_opens(run: dict[str, Any]) -> None:
    vector, name, code = run["sealed_slot_0"], run["plan"]["run"], run["first_labels"][0]["code"]
    assert set(vector) == {"key", "plaintext", "sealed"}
    content = SealedContent.unpack(bytes.fromhex(vector["plaintext"]))
    assert row_key(code, name).hex() == vector["key"]
    assert seal_row(code, name, content).hex() == vector["sealed"]
    assert open_row(code, name, bytes.fromhex(vector["sealed"])) == content


@EVERY_RUN
def test_a_row_opens_with_no_other_code_and_in_no_other_run(run: dict[str, Any]) -> None:
    sealed, name = bytes.fromhex(run["sealed_slot_0"]["sealed"]), run["plan"]["run"]
    code, other_code = (label["code"] for label in run["first_labels"][:2])
    with pytest.raises(OpenError):
        open_row(other_code, name, sealed)
    with pytest.raises(OpenError):
        open_row(code, name + "X", sealed)


def test_a_row_with_any_bit_flipped_or_byte_missing_does_not_open() -> None:
    run = VECTORS["runs"][0]
    sealed, name, code = (
        bytes.fromhex(run["sealed_slot_0"]["sealed"]),
        run["plan"]["run"],
        run["first_labels"][0]["code"],
    )
    changed = [
        sealed[:place] + bytes([sealed[place] ^ 1 << bit]) + sealed[place + 1 :]
        for place in range(len(sealed))
        for bit in range(8)
    ]
    changed += [sealed[:length] for length in range(len(sealed))] + [sealed + b"\x00"]
    for row in changed:
        with pytest.raises(OpenError):
            open_row(code, name, row)


def test_an_error_does_not_repeat_the_code() -> None:
    with pytest.raises(OpenError) as refused:
        open_row("0" * 18, "TL-1", bytes(62))
    assert "0" * 6 not in str(refused.value)
