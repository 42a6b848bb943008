"""The lexicon's versions, its draft and what is published: use cases of those who may edit it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from indicators.matching import editing
from indicators.matching.editing import Change, Difference
from indicators.matching.lexicon import Lexicon
from indicators.models import LexiconDraft, LexiconEdit, LexiconPublication, LexiconTest, LexiconVersion
from people.models import User
from people.permissions import Action, may

SHIPPED = "Came with the code."
EDITS_MAX = 2_000  # of one draft: a page shows them all


class LexiconRefused(ValueError):
    """What cannot be done to the lexicon; says what was found, what was wanted and what to do."""


@dataclasses.dataclass(frozen=True, slots=True)
class InUse:
    """The version that suggests, or (number None) the shipped files where none was ever published."""

    number: int | None
    version_id: int | None
    label: str
    lexicons: Mapping[str, Lexicon]


@dataclasses.dataclass(frozen=True)
class Drafted:
    """An open draft with its edits that hold, and its files."""

    draft: LexiconDraft
    edits: list[LexiconEdit]
    base: dict[str, str]

    @property
    def changes(self) -> list[Change]:
        """The edits as the files know them."""
        return [Change(edit.language, edit.place, edit.entry) for edit in self.edits]

    @functools.cached_property
    def files(self) -> dict[str, str]:
        """The files with the edits in them, under the draft's label."""
        return editing.labelled(editing.applied(self.base, self.changes), label_of(self.draft))

    @functools.cached_property
    def sha256(self) -> str:
        """What a test and a publication know it by."""
        return editing.digest(self.files)

    @property
    def differences(self) -> list[Difference]:
        """Entry by entry."""
        return editing.differences(self.base, self.changes)


def label_of(draft: LexiconDraft) -> str:
    """The shipped version's label, and the number of the draft that a version came from."""
    return f"{draft.based_on.label.partition('+')[0]}+{draft.pk}"[:40]


def in_use() -> InUse:
    """What suggests now: one small query; files are read and parsed once a process and version."""
    row = LexiconPublication.objects.order_by("-pk").values_list(
        "version__number", "version_id", "version__label", "version__sha256"
    ).first()  # fmt: skip
    if row is None:
        files = editing.shipped()
        return InUse(None, None, editing.label_of(files), editing.parsed(files))
    number, version_id, label, sha256 = row
    return InUse(number, version_id, label, _parsed(sha256))


@functools.lru_cache(maxsize=4)
def _parsed(sha256: str) -> Mapping[str, Lexicon]:
    return editing.parsed(LexiconVersion.objects.get(sha256=sha256).files)


def published() -> LexiconPublication | None:
    """The latest publication; its version without the files."""
    rows = LexiconPublication.objects.select_related("version", "by").defer("version__files")
    return rows.order_by("-pk").first()


@transaction.atomic
def load_shipped(*, at: dt.datetime) -> LexiconVersion:
    """The files of the code as a version, if they are new; put to use unless people have published one of their own.

    Raises LexiconError where the files cannot be read.
    """
    files = editing.shipped()
    version = LexiconVersion.objects.filter(sha256=editing.digest(files)).first()
    if version is None:
        editing.parsed(files)
        version = LexiconVersion.objects.create(
            number=_next_number(), label=editing.label_of(files), files=files, sha256=editing.digest(files), made_at=at
        )
        now = published()
        if now is None or (now.version.made_by_id is None and now.by_id is None):
            LexiconPublication.objects.create(version=version, at=at, reason=SHIPPED)
    return version


def _next_number() -> int:
    return int(LexiconVersion.objects.aggregate(last=Max("number"))["last"] or 0) + 1


def open_draft() -> Drafted | None:
    """The draft that is open, if one is."""
    draft = LexiconDraft.objects.filter(state="open").select_related("based_on", "begun_by").first()
    return None if draft is None else drafted(draft)


def drafted(draft: LexiconDraft) -> Drafted:
    """A draft with its edits that hold, oldest first."""
    edits = draft.edits.filter(undone_at=None).select_related("by").order_by("pk")
    return Drafted(draft, list(edits), draft.based_on.files)


def begin(*, by: User, at: dt.datetime) -> LexiconDraft:
    """A draft of the version in use. Raises LexiconRefused where one is open."""
    _refuse_strangers(by)
    now = published()
    if now is None:
        raise LexiconRefused("found no version in use; wanted `manage.py load_reference` first")
    try:
        with transaction.atomic():
            return LexiconDraft.objects.create(based_on=now.version, begun_by=by, begun_at=at)
    except IntegrityError as error:
        raise LexiconRefused("found a draft that is open already; work on it, or set it aside first") from error


@transaction.atomic
def edit(
    *, language: str, place: int | None, entry: Mapping[str, Any] | None, seen: int, by: User, at: dt.datetime
) -> LexiconEdit:
    """Sets one entry of the open draft, adds one (place None) or removes one (entry None).

    `seen` is the latest edit of the entry that the person saw, 0 for none. Raises LexiconRefused, and LexiconError
    where the draft could not be read with it.
    """
    _refuse_strangers(by)
    now = _locked()
    if language not in now.base:
        raise LexiconRefused(f"found the language {language[:8]}; wanted one of {', '.join(sorted(now.base))}")
    if len(now.edits) >= EDITS_MAX:
        raise LexiconRefused(f"found {EDITS_MAX} edits in the draft; publish it, then begin another")
    if place is None:
        place = _behind(now, language)
    elif place >= _behind(now, language):
        raise LexiconRefused("found no entry at this place; wanted one of the list")
    if (last := last_edit(now, language, place)) != seen:
        name = next((one.by.name for one in now.edits if one.pk == last), "somebody")
        raise LexiconRefused(f"found it edited by {name} since you opened it; look at what stands now, then edit again")
    if entry and (found := editing.faults(dict(entry), editing.groups_of(now.base[language]))):
        raise LexiconRefused("; ".join(found))
    made = LexiconEdit.objects.create(
        draft=now.draft, language=language, place=place, entry=dict(entry) if entry else None, by=by, at=at
    )
    files = editing.applied(now.base, [*now.changes, Change(language, place, made.entry)])
    editing.parsed({language: files[language]})
    return made


def last_edit(now: Drafted, language: str, place: int) -> int:
    """Number of the latest edit of an entry, 0 where there is none."""
    return max((one.pk for one in now.edits if (one.language, one.place) == (language, place)), default=0)


def _behind(now: Drafted, language: str) -> int:
    """The place behind the last entry, added ones counted; one that was taken back leaves its place free."""
    places = [one.place + 1 for one in now.edits if one.language == language]
    return max([len(editing.entries_of(now.base[language])), *places])


@transaction.atomic
def undo_edit(*, edit_id: int, by: User, at: dt.datetime) -> LexiconEdit:
    """Takes back the latest edit of an entry. Raises LexiconRefused."""
    _refuse_strangers(by)
    now = _locked()
    one = next((one for one in now.edits if one.pk == edit_id), None)
    if one is None:
        raise LexiconRefused(
            "found no such edit in the open draft, or it is taken back already; look at the draft again"
        )
    if last_edit(now, one.language, one.place) != one.pk:
        raise LexiconRefused("found a later edit of the same entry; take that one back first")
    one.undone_by, one.undone_at = by, at
    one.save(update_fields=["undone_by", "undone_at"])
    return one


@transaction.atomic
def drop(*, by: User, at: dt.datetime) -> LexiconDraft:
    """Sets the open draft aside; its edits are kept, and it can be taken up again. Raises LexiconRefused."""
    _refuse_strangers(by)
    draft = _locked().draft
    draft.state, draft.closed_by, draft.closed_at = LexiconDraft.State.DROPPED, by, at
    draft.save(update_fields=["state", "closed_by", "closed_at"])
    return draft


@transaction.atomic
def take_up(*, draft_id: int, by: User) -> LexiconDraft:
    """Opens a draft again that was set aside. Raises LexiconRefused."""
    _refuse_strangers(by)
    draft = LexiconDraft.objects.select_for_update().filter(pk=draft_id, state="dropped").first()
    if draft is None:
        raise LexiconRefused("found no draft of this number that is set aside")
    if LexiconDraft.objects.filter(state="open").exists():
        raise LexiconRefused("found another draft open; publish it or set it aside first")
    draft.state, draft.closed_by, draft.closed_at = LexiconDraft.State.OPEN, None, None
    draft.save(update_fields=["state", "closed_by", "closed_at"])
    return draft


def good_test(now: Drafted) -> LexiconTest | None:
    """The latest finished test of the very content of a draft, against the version that is in use."""
    publication = published()
    tests = now.draft.tests.filter(sha256=now.sha256, failure="", finished_at__isnull=False)
    return tests.filter(before=publication.version if publication else None).order_by("-pk").first()


@transaction.atomic
def publish(*, seen: str, reason: str, by: User, at: dt.datetime) -> LexiconPublication:
    """The open draft as a version, put to use. Only what was tested as it is; `seen` is the digest that was looked at.

    Raises LexiconRefused.
    """
    _refuse_strangers(by)
    now = _locked()
    if not now.differences:
        raise LexiconRefused("found a draft that changes nothing; edit an entry first")
    if seen != now.sha256:
        raise LexiconRefused("found the draft changed since you looked at it; look at it again, and test it")
    test = good_test(now)
    if test is None:
        raise LexiconRefused("found no finished test of this very draft against the version in use; test it first")
    version = LexiconVersion.objects.filter(sha256=now.sha256).first() or LexiconVersion.objects.create(
        number=_next_number(), label=label_of(now.draft), files=now.files, sha256=now.sha256,
        based_on=now.draft.based_on, made_by=by, made_at=at, reason=reason,
    )  # fmt: skip
    if LexiconDraft.objects.filter(became=version).exists() or version.made_at != at:
        raise LexiconRefused(f"found that version {version.number} says the same; publish that one on its page")
    draft = now.draft
    draft.state, draft.became, draft.closed_by, draft.closed_at = LexiconDraft.State.PUBLISHED, version, by, at
    draft.save(update_fields=["state", "became", "closed_by", "closed_at"])
    return LexiconPublication.objects.create(version=version, by=by, at=at, reason=reason, test=test)


@transaction.atomic
def put_to_use(*, number: int, reason: str, by: User, at: dt.datetime) -> LexiconPublication:
    """An earlier version, put to use again in one step. Raises LexiconRefused."""
    _refuse_strangers(by)
    version = LexiconVersion.objects.select_for_update().filter(number=number).first()
    if version is None:
        raise LexiconRefused(f"found no version {number}; wanted one of the list")
    now = published()
    if now is not None and now.version_id == version.pk:
        raise LexiconRefused(f"found version {number} in use already; nothing was changed")
    return LexiconPublication.objects.create(version=version, by=by, at=at, reason=reason)


def _locked() -> Drafted:
    draft = LexiconDraft.objects.select_for_update(of=("self",)).select_related("based_on").filter(state="open").first()
    if draft is None:
        raise LexiconRefused("found no open draft; begin one first")
    return drafted(draft)


def _refuse_strangers(by: User) -> None:
    if not may(by, Action.EDIT_LEXICON):
        raise LexiconRefused("your role may not change the lexicon; wanted a publisher or an administrator")
