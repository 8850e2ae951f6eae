"""What anyone can check of a run from its public files alone: reveal, manifest, proof, log."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.core.commitment import printed_root
from app.core.errors import UserError
from app.core.findings import Check, Findings, kind_of
from app.core.log import FIRST_PREVIOUS, Entry, check_log_list
from app.core.manifest import Manifest, manifest_digest, parse_manifest
from app.core.merkle import PathError
from app.core.plan import check_beacon_value
from app.core.proof import Proof, proof_demands, reached_roots
from app.core.reveal import Bundle, read_reveal, reveal_demands

Progress = Callable[[int, int], None]
"""Told steps done and steps in all."""


class UnknownFileError(UserError):
    """A file is none of those that can be verified."""


class ManifestMissingError(UserError):
    """A proof is checked against its manifest, which was not given."""


@dataclass
class _Read:
    """What the files of one call say together."""

    manifests: dict[bytes, tuple[str, str]] = field(default_factory=dict)
    """Digest -> file and text of every manifest, also of those inside reveals."""
    reveals: list[tuple[str, Bundle]] = field(default_factory=list)
    logs: list[tuple[str, list[Entry]]] = field(default_factory=list)


def kinds_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return what each file is, after seeing that all can be verified together.

    Args:
        files: name -> content.

    Raises:
        UnknownFileError: a file is none of those that can be verified.
        ManifestMissingError: a proof was given without a manifest.
    """
    kinds = {name: kind_of(content) for name, content in files.items()}
    for name, kind in kinds.items():
        if not kind:
            raise UnknownFileError(
                "this is no reveal, manifest, proof or log that can be verified",
                where=name,
                mend="Give files as they were downloaded: reveal.json, manifest.json, proof.bin, log.json",
            )
    if "proof" in kinds.values() and not {"manifest", "reveal"} & set(kinds.values()):
        raise ManifestMissingError(
            "a proof can only be checked against the manifest of its run",
            mend="Download manifest.json from the run's page and name both files",
        )
    return kinds


def verify_files(
    files: Mapping[str, bytes], *, root: bytes = b"", code: str | None = None, progress: Progress
) -> list[Findings]:
    """Check public files of runs, each by itself and against each other.

    Args:
        files: name -> content; nothing about them is trusted.
        root: the contents root that a proof must lead to, 20 or 32 bytes; empty if unknown.
        code: the code proper of the proof's box; None leaves it out.
        progress: told steps done and steps in all.

    Returns:
        What was found, in the order of the files.

    Raises:
        UnknownFileError: a file is none of those that can be verified.
        ManifestMissingError: a proof was given without the manifest it belongs to.
    """
    kinds = kinds_of(files)
    read, found = _Read(), dict[str, Findings]()
    for kind in ("manifest", "reveal", "log", "proof"):  # a proof is held against what the others say
        for name in (name for name in files if kinds[name] == kind):
            content = files[name]
            match kind:
                case "manifest":
                    found[name] = _manifest(name, content.decode("utf-8"), read)
                case "reveal":
                    found[name] = _reveal(name, content.decode("utf-8"), read, progress)
                case "log":
                    found[name] = _log(name, content.decode("utf-8"), read)
                case _:
                    found[name] = _proof(name, content, read, root, code)
    return [found[name] for name in files]


def _manifest(name: str, text: str, read: _Read) -> Findings:
    says = "The manifest is in its one spelling, and its plan could be committed"
    try:
        manifest = parse_manifest(text)
    except UserError as error:
        return Findings(name, "manifest", (Check(says, False, _why(error)),))
    read.manifests[manifest_digest(text)] = (name, text)
    facts = _facts(manifest, text)
    return Findings(name, "manifest", (Check(says, True),), facts, _odds(manifest), manifest.plan.boxes)


def _reveal(name: str, text: str, read: _Read, progress: Progress) -> Findings:
    says = "The bundle is whole, and its manifest is in its one spelling"
    try:
        bundle = read_reveal(text)
    except UserError as error:
        return Findings(name, "reveal", (Check(says, False, _why(error)),))
    checks, manifest = [Check(says, True)], bundle.manifest
    beacon, steps = manifest.plan.beacon, 5
    progress(1, steps)
    fits = "The beacon's value has the form that was announced"
    try:
        check_beacon_value(beacon, bundle.beacon_value)
        checks.append(Check(fits, True))
    except UserError as error:
        checks.append(Check(fits, False, _why(error)))
    for done, (demand, failure, holds) in enumerate(reveal_demands(bundle), start=2):
        checks.append(Check(demand, holds, "" if holds else failure))
        progress(min(done, steps), steps)
    checks += _same_run(bundle.manifest_text, manifest, read)
    digest = manifest_digest(bundle.manifest_text)
    read.manifests.setdefault(digest, (name, bundle.manifest_text))
    read.reveals.append((name, bundle))
    facts = (
        *_facts(manifest, bundle.manifest_text),
        ("beacon's value", bundle.beacon_value or "none"),
        ("contents root, as every card shows it", grouped(printed_root(bundle.contents_root))),
    )
    return Findings(name, "reveal", tuple(checks), facts, _odds(manifest), manifest.plan.boxes)


def _same_run(text: str, manifest: Manifest, read: _Read) -> Iterator[Check]:
    """Hold a reveal's manifest against manifests of the same run that were given beside it."""
    for digest, (name, other) in read.manifests.items():
        if parse_manifest(other).plan.run == manifest.plan.run:
            same = digest == manifest_digest(text)
            why = "" if same else "the manifest was changed after it had been published"
            yield Check(f"Its manifest is {name}, byte for byte", same, why)


def _log(name: str, text: str, read: _Read) -> Findings:
    says = "The log is unbroken, and ends in the head it names"
    try:
        entries = check_log_list(text)
    except UserError as error:
        return Findings(name, "log", (Check(says, False, _why(error)),))
    checks = [Check(says, True)]
    for digest, (file, manifest_text) in read.manifests.items():
        run = parse_manifest(manifest_text).plan.run
        checks += _told(entries, run, "manifest", digest.hex(), file)
    for file, bundle in read.reveals:
        run = bundle.manifest.plan.run
        checks += _told(entries, run, "root", bundle.contents_root.hex(), file)
        checks += _told(entries, run, "seed", bundle.seed.hex(), file)
    read.logs.append((name, entries))
    head = entries[-1].digest.hex() if entries else FIRST_PREVIOUS
    facts = (("entries", str(len(entries))), ("head, to compare with what witnesses kept", head))
    return Findings(name, "log", tuple(checks), facts)


def _told(entries: Sequence[Entry], run: str, what: str, value: str, file: str) -> Iterator[Check]:
    found = {str(entry.told[what]) for entry in entries if entry.run == run and entry.told.get(what)}
    says = f"The log tells the {what} of {run} that is in {file}"
    why = "it tells another" if found else "it tells none"
    yield Check(says, found == {value}, "" if found == {value} else why)


def _proof(name: str, content: bytes, read: _Read, root: bytes, code: str | None) -> Findings:
    try:
        proof = Proof.from_bytes(content)
    except UserError as error:
        return Findings(name, "proof", (Check("The proof is whole", False, _why(error)),))
    checks = [Check("The proof is whole", True)]
    known = read.manifests.get(proof.manifest_digest) or next(iter(read.manifests.values()), None)
    if known is None:
        return Findings(
            name, "proof", (*checks, Check("The proof belongs to this manifest", None, "it is no manifest"))
        )
    manifest = parse_manifest(known[1])
    for demand, failure, holds in proof_demands(proof, known[1], manifest, code):
        checks.append(Check(demand, holds, "" if holds else failure))
    if code is None:
        checks.append(Check("It belongs to this code", None, "no code was given"))
    roots = (
        [root]
        if root
        else [bundle.contents_root for _, bundle in read.reveals if bundle.manifest_text == known[1]]
    )
    checks += _paths(proof, manifest, roots)
    facts = [("run", manifest.plan.run)]
    if all(check.holds is not False for check in checks):
        facts += [
            ("kit that must be in the box", manifest.plan.kits[proof.kit].id),
            ("number that must stand outside the box and on its card", f"{proof.edition} of {proof.boxes}"),
            ("contents root that must stand on the card", grouped(printed_root(reached_roots(proof)[0]))),
        ]
    return Findings(name, "proof", tuple(checks), tuple(facts))


def _paths(proof: Proof, manifest: Manifest, roots: Sequence[bytes]) -> Iterator[Check]:
    contents_says, labels_says = (
        "Its path leads to the contents root",
        "Its path leads to the labels root of the manifest",
    )
    try:
        contents, labels = reached_roots(proof)
    except PathError:
        yield Check(contents_says, False, "its paths have the wrong length")
        return
    if roots:
        holds = any(contents[: len(root)] == root for root in roots)
        yield Check(contents_says, holds, "" if holds else "it leads to another root")
    else:
        yield Check(contents_says, None, "no root was given: compare it with the card")
    holds = labels == manifest.labels_root
    yield Check(labels_says, holds, "" if holds else "it leads to another root")


def _why(error: UserError) -> str:
    return error.what.partition(" does not hold: ")[2] or error.what


def _facts(manifest: Manifest, text: str) -> tuple[tuple[str, str], ...]:
    plan = manifest.plan
    beacon = " ".join(filter(None, (plan.beacon.kind, plan.beacon.description, plan.beacon.pattern)))
    warning = " (its maker could have drawn again and again unseen)" if plan.beacon.kind == "none" else ""
    return (
        ("run", f"{plan.run}, {plan.boxes} boxes of {plan.series} in cases of {plan.case_size}"),
        ("manifest", f"number {plan.number} of {plan.maker}, after {grouped(plan.previous)}"),
        ("beacon", beacon + warning),
        (
            "SHA-256 of the manifest, to compare with what witnesses kept",
            grouped(manifest_digest(text).hex()),
        ),
    )


def _odds(manifest: Manifest) -> tuple[tuple[str, int], ...]:
    return tuple((kit.id, kit.count) for kit in manifest.plan.kits)


def grouped(text: str) -> str:
    """Return a hash in groups of four."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
