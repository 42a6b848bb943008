"""What the sender says of a file."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from people.permissions import Sensitivity


@dataclasses.dataclass(frozen=True, slots=True)
class About:
    """What the sender says of a file; it fills what the reader cannot know, and never overrides the reader."""

    source: str = ""
    title: str = ""
    url: str = ""
    published_on: dt.date | None = None
    language: str = "en"
    sensitivity: int = Sensitivity.PUBLIC

    def as_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {
            **dataclasses.asdict(self),
            "published_on": str(self.published_on) if self.published_on else "",
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "About":
        """The inverse of `as_json`."""
        day = data.get("published_on")
        return cls(**{**data, "published_on": dt.date.fromisoformat(day) if day else None})
