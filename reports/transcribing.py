"""Words that a person types from a report that no machine could read: a report of their own, which the scan carries."""

import datetime as dt
import json

from django.db import transaction

from people.models import User
from people.permissions import Action, may
from reports.correcting import held
from reports.custody import note_stored
from reports.ingest import IngestError
from reports.models import TYPED, Report
from reports.readers.laid_out import joined
from reports.storing import digest, same_words, store_passages
from reports.subjects import noticed

CHARACTERS_MAX = 400_000


@transaction.atomic
def type_words(*, scan_id: int, text: str, locator: str, by: User, at: dt.datetime) -> Report:
    """A report of the typed words, with passages that name `locator`; the same words twice are one. Raises IngestError.

    The scan stays as it is: its bytes are the evidence, the words a working copy, and who typed them is kept in it.
    """
    if not may(by, Action.INGEST_REPORT):
        raise IngestError(f"role {by.role}: may not {Action.INGEST_REPORT.value}")
    scan = Report.objects.visible_to(by).defer("bytes").filter(pk=scan_id).first()
    if scan is None or not scan.is_unread:
        raise IngestError("report: found none that no machine could read; wanted one that is marked unread")
    locator = " ".join(locator.split())
    if not locator or len(locator) > 200:
        raise IngestError("place: found none or a long one; wanted where in the original, such as “pages 1 to 3”")
    if len(text) > CHARACTERS_MAX:
        raise IngestError(f"words: found {len(text):,} characters; wanted at most {CHARACTERS_MAX:,}; type it in parts")
    words, passages = joined([(locator, text)])
    if not words:
        raise IngestError("words: found nothing; wanted what stands in the original")
    typed = {"scan": scan.sha256, "place": locator, "typed_by": by.pk, "text": words}
    payload = json.dumps(typed, ensure_ascii=False, sort_keys=True).encode()
    title, holds = f"{scan.title[:260]} ({locator[:30]}, typed)", held(scan)
    report, created = Report.objects.get_or_create(
        sha256=digest(payload),
        defaults={
            "source_id": scan.source_id, "kind": Report.Kind.DOCUMENT, "reader": TYPED, "title": title, "url": scan.url,
            "published_on": scan.published_on, "media_type": "application/json", "bytes": payload, "text": words,
            "received_at": at, "sensitivity": scan.sensitivity, "carrier": scan, "extractor": "a person",
            "countries_said": scan.countries_said, **noticed(scan.title, words, holds.language),
            **same_words(words, title),
        },
    )  # fmt: skip
    if created:
        store_passages([(report, passages)])
        note_stored([report], at=at, by_id=by.pk)
    return report
