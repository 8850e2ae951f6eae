"""A text's way on its desk: handed in, approved or sent back, published; and what keeps it from that."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from app.core.errors import UserError
from app.editing import Text
from app.editing.drafts import NoDraftError, Opened, StaleSaveError, discard
from app.editing.files import FileUnwritableError
from app.editing.gate import Problem, Reading, advice, gate
from app.editing.history import Past, history
from app.editing.prints import PrintedRun, PrintedRunsError, printed_runs
from app.editing.publishing import FileChangedError, GateError, publish
from app.editing.reviewing import (
    OwnTextError,
    ReasonMissingError,
    WrongStateError,
    approve,
    send_back,
    submit,
    take_back,
    wrote,
)
from app.reading import FileBrokenError
from app.web.guard import needs, signed_in
from app.web.languages import Tongue
from app.web.present import spoken
from app.web.studio import asked_text, make_room, sent_version, studio

pages = Blueprint("steps", __name__)
pages.before_request(make_room)

PARTS = {
    "title": "studio.desk.title",
    "summary": "studio.desk.summary",
    "place": "studio.desk.place",
    "facts": "studio.desk.fact",
    "timeline": "studio.desk.moment",
    "details": "studio.desk.detail",
    "riddles": "gate.part.riddle",
    "uncertain": "studio.desk.uncertain",
}
"""What the keys of a front matter are called on the desk."""

SAID = (
    "gate.front_missing",
    "gate.front_broken",
    "gate.field_missing",
    "gate.field_unknown",
    "gate.field_wrong",
    "gate.answer_no_choice",
    "gate.choices_same",
    "gate.summary_long",
    "gate.riddles_order",
    "gate.text_missing",
    "gate.short",
    "gate.source_unknown",
    "gate.detail_unknown",
    "gate.html",
    "gate.heading",
    "gate.picture_place",
    "gate.picture_alt",
    "gate.picture_adorns",
    "gate.picture_missing",
    "gate.link",
    "gate.note_unknown",
    "gate.note_unused",
    "gate.note_twice",
    "gate.unsourced",
    "gate.riddle_nowhere",
    "gate.riddle_words",
    "gate.alone",
    "gate.other",
    "advice.length",
    "advice.level",
    "advice.mean",
    "advice.sentence",
    "advice.glossary",
    "advice.paired",
    "advice.shared",
    "advice.other",
)
"""Every problem that has words of its own; what another tells stands in English."""

REFUSED: dict[type[UserError], str] = {
    GateError: "gate",
    PrintedRunsError: "runs",
    StaleSaveError: "stale",
    NoDraftError: "state",
    WrongStateError: "state",
    OwnTextError: "own",
    ReasonMissingError: "reason",
    FileChangedError: "changed",
    FileBrokenError: "broken",
    FileUnwritableError: "disk",
}
DONE = ("submit", "withdraw", "approve", "return", "publish", "discard", "restore", "merge")


@dataclass(frozen=True)
class SaidProblem:
    """A problem in the reader's language: the sentence, its line in the text (0: none), the paragraph."""

    said: str
    line: int
    quote: str


@dataclass(frozen=True)
class Steps:
    """What can be done with a text now.

    Attributes:
        buttons: some of `DONE`.
        own: whether whoever looks wrote in it, and so may neither approve it nor send it back.
        problems: what keeps it from being published.
        alone: whether one of these is a language that it does not stand in.
        advice: what the house would do otherwise.
        reading: how long it is and how hard it reads; None where there is no draft.
        runs: printed runs that will tell otherwise.
        returned: who sent it back and why, None if it was not or goes on since.
        done: which step was just done, "" for none.
        refused: why the last one was not, "" if it was.
    """

    buttons: tuple[str, ...]
    own: bool
    problems: tuple[SaidProblem, ...]
    alone: bool
    advice: tuple[SaidProblem, ...]
    reading: Reading | None
    runs: tuple[PrintedRun, ...]
    returned: Past | None
    done: str
    refused: str


@pages.app_template_global("steps_of")
def steps_of(opened: Opened) -> Steps:
    """Return what can be done with an open text by whoever looks."""
    asked = request.args.get("done", ""), request.args.get("refused", "")
    done, refused = asked[0] if asked[0] in DONE else "", asked[1] if asked[1] in REFUSED.values() else ""
    if opened.state in {"missing", "published"}:
        return Steps((), False, (), False, (), None, (), None, done, refused)
    text, person = opened.text, signed_in()
    own = wrote(studio(), text, person.id)
    found = gate(studio(), text, opened.words, alone_because=opened.alone_because)
    alone = any(problem.key == "alone" for problem in found)
    advised = advice(studio(), text, opened.words)
    runs = printed_runs(studio(), text, opened.published, opened.words)
    past = history(studio(), text, datetime.now(UTC), most=1) if opened.broken is None else ()
    returned = past[0] if past and past[0].kind == "returned" else None
    return Steps(
        tuple(_buttons(opened.state, own)),
        own,
        tuple(_said(problem, "gate") for problem in found),
        alone or bool(opened.alone_because),
        tuple(_said(problem, "advice") for problem in advised.problems),
        advised.reading,
        runs,
        returned,
        done,
        refused,
    )


def _buttons(state: str, own: bool) -> list[str]:
    """Return which steps somebody may do, in the order of a text's way."""
    person = signed_in()
    due = {
        "submit": state == "draft" and person.may("write"),
        "approve": state == "submitted" and person.may("review") and not own,
        "publish": state == "approved" and person.may("publish"),
        "return": state in {"submitted", "approved"} and person.may("review") and not own,
        "withdraw": state in {"submitted", "approved"} and person.may("write"),
        "discard": person.may("write"),
    }
    return [step for step, may in due.items() if may]


def _said(problem: Problem, group: str) -> SaidProblem:
    """Return a problem in the reader's language."""
    tongue, values = Tongue(spoken()), dict(problem.values)
    if "part" in values:
        name = str(values["part"])
        told = tongue.say(PARTS[name]) if name in PARTS else name
        values["part"] = f"{told} {values.get('number', '')}".strip()
    if "language" in values:
        values["language"] = tongue.name_of(str(values["language"]))
    key = f"{group}.{problem.key}".replace("field_refused", "field_wrong")
    if key not in SAID:
        key, values = f"{group}.other", {"what": problem.what, "mend": problem.mend}
    return SaidProblem(tongue.say(key, **{"line": problem.line, **values}), problem.text_line, problem.quote)


def take_step(kit: str, name: str, did: str, do: Callable[[Text, datetime], object]) -> AnyResponse:
    """Do a step and lead back to the desk, which tells what was done or why it was not."""
    text = asked_text(kit, name)
    try:
        do(text, datetime.now(UTC))
    except tuple(REFUSED) as error:
        return redirect(f"/studio/{kit}/{name}?refused={REFUSED[type(error)]}#steps", 303)
    return redirect(f"/studio/{kit}/{name}?done={did}#steps", 303)


@pages.post("/studio/<kit>/<name>/submit")
@needs("write")
def hand_in(kit: str, name: str) -> AnyResponse:
    """Hand a draft in for review."""
    why = request.form.get("alone_because", "")
    who = signed_in().id
    return take_step(
        kit, name, "submit",
        lambda text, now: submit(studio(), text, who, version=sent_version(), now=now, alone_because=why),
    )  # fmt: skip


@pages.post("/studio/<kit>/<name>/withdraw")
@needs("write")
def withdraw(kit: str, name: str) -> AnyResponse:
    """Take a draft back that was handed in."""
    who = signed_in().id
    return take_step(
        kit, name, "withdraw",
        lambda text, now: take_back(studio(), text, who, version=sent_version(), now=now),
    )  # fmt: skip


@pages.post("/studio/<kit>/<name>/approve")
@needs("review")
def approve_draft(kit: str, name: str) -> AnyResponse:
    """Approve what somebody else wrote."""
    who = signed_in().id
    return take_step(
        kit, name, "approve", lambda text, now: approve(studio(), text, who, version=sent_version(), now=now)
    )


@pages.post("/studio/<kit>/<name>/return")
@needs("review")
def return_draft(kit: str, name: str) -> AnyResponse:
    """Send a draft back to its writers and say why."""
    who, why = signed_in().id, request.form.get("why", "")
    return take_step(
        kit, name, "return",
        lambda text, now: send_back(studio(), text, who, version=sent_version(), now=now, why=why),
    )  # fmt: skip


@pages.post("/studio/<kit>/<name>/publish")
@needs("publish")
def publish_draft(kit: str, name: str) -> AnyResponse:
    """Publish an approved draft."""
    who, known = signed_in().id, request.form.get("runs") == "known"
    return take_step(
        kit, name, "publish",
        lambda text, now: publish(
            studio(), text, who, version=sent_version(), now=now, confirmed_runs=known
        ),
    )  # fmt: skip


@pages.post("/studio/<kit>/<name>/discard")
@needs("write")
def discard_draft(kit: str, name: str) -> AnyResponse:
    """Give a draft up."""
    who = signed_in().id
    return take_step(
        kit, name, "discard", lambda text, now: discard(studio(), text, who, version=sent_version(), now=now)
    )
