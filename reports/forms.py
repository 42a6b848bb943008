"""What people may send in, and how a source is fetched. A form refuses at the door: found, wanted, what to do."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy

from countries.charts import Said
from people.models import User
from people.permissions import Sensitivity, clearance_of
from reports.ingest import URL_CHARACTERS_MAX, About
from reports.kinds import KINDS, PACKED, UNDATED
from reports.models import Source
from reports.sending import FILES_MAX, TOTAL_BYTES_MAX, Sent
from reports.text import looks_like_html

FETCHED = (
    ("feed", gettext_lazy("RSS or Atom feed")),
    ("reliefweb-v2", gettext_lazy("ReliefWeb's API, version 2")),
)  # readers of what is fetched
BY_THEIR_BYTES = (("pdf", "PDF"), ("docx", "DOCX"), ("mail", "Mail"), ("zip", "ZIP"))  # of those that say what they are
KIND_NAMES: dict[str, Said] = {reader: name for reader, name, _ in KINDS} | dict(FETCHED) | dict(BY_THEIR_BYTES)
OFFERED = frozenset(reader for reader, _, _ in KINDS)
SAID_OF_IT = ("source", "published_on", "title", "url", "language")
BARE = frozenset({"text", "html"})  # readers of files that say neither source nor day
SOURCELESS = BARE | {"automatic"}  # some of these say their day; none says who published it
PASTED = frozenset({"automatic", "text", "html", "coding-note"})
PASTED_CHARACTERS_MAX = 400_000  # in any script below DATA_UPLOAD_MAX_MEMORY_SIZE, with room for the other fields
FOREIGN = {  # first bytes of what people try to send, and what it is
    b"%PDF": gettext_lazy("a PDF"),
    b"PK\x03\x04": gettext_lazy("an Office or ZIP file"),
    b"\xd0\xcf\x11\xe0": gettext_lazy("an old Office file"),
}
NOT_LISTED = gettext_lazy("Found a value that is not in the list; wanted one of those offered. Choose again.")
NO_CHOICE: dict[str, Said] = {
    "invalid_choice": NOT_LISTED,
    "required": gettext_lazy("Found nothing chosen; choose one."),
}


def too_long_pasted(found: str) -> str:
    """Why a pasted text is refused."""
    return gettext("Found %(found)s pasted; wanted at most %(most)s characters. Save it and send the file.") % {
        "found": found,
        "most": f"{PASTED_CHARACTERS_MAX:,}",
    }


def too_large_together(found: str) -> str:
    """Why a request is refused that carries too much."""
    most = TOTAL_BYTES_MAX // 2**20
    return gettext(
        "Found %(found)s; wanted at most %(files_max)s files and %(most)s MB at once. Send them in parts."
    ) % {"found": found, "files_max": FILES_MAX, "most": most}


def not_after(day: dt.date | None, latest: dt.date) -> dt.date | None:
    """`day`, unless it is still to come."""
    if day is not None and day > latest:
        raise forms.ValidationError(
            gettext("Found %(day)s, which is in the future; wanted a day up to %(latest)s.")
            % {"day": day, "latest": latest}
        )
    return day


class ManyFilesInput(forms.FileInput):
    """A field that takes files in any number: chosen, or dropped on it."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """The files that were sent; an empty list where there was none."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        sent = data if isinstance(data, list | tuple) else [data]
        cleaned = [super(ManyFilesField, self).clean(one, initial) for one in sent]
        return [file for file in cleaned if file]


class ReportForm(forms.Form):
    """Files or a pasted text, and what they do not say of themselves."""

    reader = forms.ChoiceField(
        label=gettext_lazy("What kind of file it is"), widget=forms.HiddenInput, error_messages=NO_CHOICE
    )
    file = ManyFilesField(
        required=False,
        allow_empty_file=True,  # one of many that is empty fails by itself
        label=gettext_lazy("The files"),
        widget=ManyFilesInput(attrs={"class": "drop", "data-files-max": FILES_MAX, "data-bytes-max": TOTAL_BYTES_MAX}),
        help_text=format_lazy(
            gettext_lazy("Choose them or drop them here: up to {files}, each at most {each} MB, together {all} MB."),
            files=FILES_MAX,
            each=settings.REPORT_BYTES_MAX // 2**20,
            all=TOTAL_BYTES_MAX // 2**20,
        ),
        error_messages={
            "invalid": gettext_lazy("Found no file in what was sent; choose it again."),
        },
    )
    text = forms.CharField(
        required=False,
        strip=False,
        label=gettext_lazy("The text or the mail"),
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": PASTED_CHARACTERS_MAX}),
        help_text=gettext_lazy(
            "Plain text, a mail with its headers, a page's source, or a coding note. Empty if you send files."
        ),
    )
    source = forms.ChoiceField(
        label=gettext_lazy("Who published it"),
        help_text=gettext_lazy("One source for all that you send now."),
        error_messages={
            **NO_CHOICE,
            "required": gettext_lazy("Found nothing; wanted a source: such a file does not say it."),
        },
    )
    title = forms.CharField(
        max_length=300,
        label=gettext_lazy("Title"),
        help_text=gettext_lazy(
            "Of one file only. A document's own title comes first; without one its first line is taken."
        ),
        error_messages={"required": gettext_lazy("Found nothing; wanted a title: a plain text has none.")},
    )
    url = forms.URLField(
        required=False, max_length=URL_CHARACTERS_MAX, label=gettext_lazy("Address of the original"),
        assume_scheme="https", widget=forms.TextInput(attrs={"inputmode": "url"}),
        help_text=gettext_lazy("Of one file only: where a reader can open it."),
    )  # fmt: skip
    published_on = forms.DateField(
        label=gettext_lazy("Day it was public"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        help_text=gettext_lazy("Needed where a file does not state it, as a mail or a page may."),
        error_messages={
            "required": gettext_lazy("Found nothing; wanted the day it was public: such a file does not say it."),
            "invalid": gettext_lazy("Found no day; wanted one such as 2024-06-30."),
        },
    )
    language = forms.RegexField(
        r"^[a-z]{2,3}(-[A-Za-z0-9]{2,4})?$",
        required=False,
        max_length=8,
        label=gettext_lazy("Language"),
        help_text=gettext_lazy("Its code: en, fr, es, ar, ru, zh, my. Left empty, it is found in the text."),
        error_messages={
            "required": gettext_lazy("Found nothing; wanted a code such as en."),
            "invalid": gettext_lazy(
                "Found no code of a language; wanted two or three small letters, such as en or fr."
            ),
        },
    )
    sensitivity = forms.ChoiceField(
        label=gettext_lazy("Who may see it"), initial=str(Sensitivity.PUBLIC.value), error_messages=NO_CHOICE,
        help_text=gettext_lazy("Whatever is coded from it, too. A mail is never public: internal at least."),
    )  # fmt: skip

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        user: User,
        sources: list[tuple[str, str]],
        day: dt.date,
        **rest: Any,
    ) -> None:
        super().__init__(data, files, **rest)
        self.day = day
        self.sent: list[Sent] = []
        reader = self.data.get("reader") if self.is_bound else self.initial.get("reader")
        self.kind = reader if reader in OFFERED else "automatic"
        self.fields["source"].required = self.kind in SOURCELESS | UNDATED
        self.fields["published_on"].required = self.kind in BARE | UNDATED
        self.fields["title"].required = self.kind == "text"
        if not self.takes_pasted:
            self.fields["file"].widget.attrs["required"] = True
        clearance = clearance_of(user)
        self._offer("reader", [(reader, name) for reader, name, _ in KINDS])
        self._offer("source", [("", gettext("choose a source")), *sources])
        self._offer("sensitivity", [(str(step), word) for step, word in Sensitivity.choices if step <= clearance])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def asked_first(self) -> list[forms.BoundField]:
        """What this kind of file does not say itself, and who may see it."""
        return [self[name] for name in (*SAID_OF_IT, "sensitivity") if self._is_first(name)]

    @property
    def asked_further(self) -> list[forms.BoundField]:
        """What may be said besides."""
        return [self[name] for name in SAID_OF_IT if not self._is_first(name)]

    @property
    def is_further_open(self) -> bool:
        """Whether something is said there, or is wrong there."""
        return any(field.errors or field.value() for field in self.asked_further)

    @property
    def takes_pasted(self) -> bool:
        return self.kind in PASTED

    def _is_first(self, name: str) -> bool:
        return self.fields[name].required or (name == "published_on" and self.kind in SOURCELESS)

    def clean_file(self) -> "list[UploadedFile[Any]]":
        files: list[UploadedFile[Any]] = self.cleaned_data["file"]
        most = settings.REPORT_BYTES_MAX
        for file in files:
            if (file.size or 0) > most and self.data.get("reader") != "automatic":
                size = -(-(file.size or 0) * 10 // 2**20) / 10  # rounded up: never "20.0 MB" for what is above 20
                raise forms.ValidationError(
                    gettext("Found a file of %(size)s MB; wanted at most %(most)s MB. Send the part that matters.")
                    % {"size": f"{size:.1f}", "most": most // 2**20}
                )
        if len(files) > FILES_MAX:
            raise forms.ValidationError(
                gettext("Found %(files)s files; wanted at most %(FILES_MAX)s. Send them in parts.")
                % {"files": len(files), "FILES_MAX": FILES_MAX}
            )
        if (size := sum(file.size or 0 for file in files) / 2**20) > TOTAL_BYTES_MAX / 2**20:
            raise forms.ValidationError(too_large_together(f"files of {size:.0f} MB"))
        return files

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if len(text) > PASTED_CHARACTERS_MAX:
            raise forms.ValidationError(too_long_pasted(f"{len(text):,} characters"))
        return text

    def clean_published_on(self) -> dt.date | None:
        return not_after(self.cleaned_data["published_on"], self.day)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "file" not in self.errors and "text" not in self.errors:
            self._take(data.get("reader", ""), data["file"], data["text"])
        return data

    def _take(self, reader: str, files: "Sequence[UploadedFile[Any]]", text: str) -> None:
        """Keeps the bytes that were sent, or says why they cannot be taken."""
        if files and text.strip():
            self.add_error("text", gettext("Found a file and a pasted text; wanted one of the two. Empty one of them."))
        elif files:
            self.sent = [Sent(file.name or "", file.read()) for file in files]
            for sent in self.sent:
                self._look("file", reader, sent.payload)
            self._refuse_what_holds_for_one()
        elif text.strip():
            self.sent = [Sent("pasted text", text.replace("\r\n", "\n").encode())]
            self._look("text", reader, self.sent[0].payload)
            if reader and reader not in PASTED:
                self.add_error("text", gettext("Found a pasted text; wanted the CSV file itself. Choose it above."))
        else:
            self.add_error("file", gettext("Found neither a file nor a pasted text; wanted one of the two."))

    def _refuse_what_holds_for_one(self) -> None:
        for name in ("title", "url"):
            if len(self.sent) > 1 and self.cleaned_data.get(name):
                self.add_error(
                    name,
                    gettext("Found one for %(sent)s files; wanted none. Empty it, or send one file.")
                    % {"sent": len(self.sent)},
                )

    def _look(self, name: str, reader: str, payload: bytes) -> None:
        """Refuses by the first bytes what this reader cannot read; the rest is for the reader to judge."""
        foreign = next((said for start, said in FOREIGN.items() if payload.startswith(start)), "")
        if reader == "automatic":  # one of many that cannot be read fails by itself, and the others are read
            return
        if not payload:
            self._refuse(name, gettext("Found an empty file; wanted one with something in it. Choose another."))
        elif not payload.strip():
            self._refuse(name, gettext("Found nothing but space; wanted text. Choose another file."))
        elif foreign and reader not in PACKED:
            self._refuse(
                name,
                (
                    gettext("Found %(foreign)s; wanted text. Choose “Documents”, which takes it, or paste its words.")
                    % {"foreign": foreign}
                ),
            )
        elif reader and reader != "html" and looks_like_html(payload):
            wanted = (
                gettext("the CSV file itself, not the page that offers it")
                if reader not in PASTED
                else gettext("what you chose")
            )
            self._refuse(
                name,
                (gettext("Found HTML; wanted %(wanted)s. Choose “HTML page”, or another file.") % {"wanted": wanted}),
            )

    def _refuse(self, name: str, words: str) -> None:
        """Once, however many files it holds for."""
        if words not in self.errors.get(name, []):
            self.add_error(name, words)

    def about(self) -> About:
        """What the sender says of it."""
        data = self.cleaned_data
        return About(
            source=data["source"],
            title=data["title"],
            url=data["url"],
            published_on=data["published_on"],
            language=data["language"],
            sensitivity=int(data["sensitivity"]),
        )


MINUTES = (
    (15, gettext_lazy("every 15 minutes")),
    (60, gettext_lazy("every hour")),
    (360, gettext_lazy("every 6 hours")),
    (1440, gettext_lazy("every day")),
    (10080, gettext_lazy("every week")),
)


class ScheduleForm(forms.Form):
    """Whether and how often a source is fetched."""

    is_on = forms.TypedChoiceField(
        label=gettext_lazy("Fetched by the schedule"),
        choices=[("1", gettext_lazy("on")), ("0", gettext_lazy("off"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        error_messages=NO_CHOICE,
    )
    every_minutes = forms.TypedChoiceField(label=gettext_lazy("How often"), coerce=int, error_messages=NO_CHOICE)
    off_because = forms.CharField(
        required=False,
        max_length=300,
        label=gettext_lazy("Why it is off"),
        help_text=gettext_lazy("And what would switch it on. Needed while it is off."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any = None, *, source: Source) -> None:
        assert source.fetch_every is not None  # a constraint holds it
        now = int(source.fetch_every.total_seconds() // 60)
        initial = {"is_on": str(int(source.is_on)), "every_minutes": now, "off_because": source.off_because}
        super().__init__(data, initial=initial)
        every = self.fields["every_minutes"]
        assert isinstance(every, forms.TypedChoiceField)
        every.choices = sorted(dict([(now, gettext("every %(count)s minutes") % {"count": now}), *MINUTES]).items())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("is_on") is False and not data.get("off_because", "").strip():
            self.add_error("off_because", gettext("Found nothing; wanted why it is off, for those who come after you."))
        return data
