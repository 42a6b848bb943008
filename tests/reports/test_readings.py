"""What made bytes into text is said so that nobody has to know the names of our modules."""

import pytest

from reports.readings import made_by


@pytest.mark.parametrize(
    ("extractor", "version", "said"),
    [
        ("own", "reader 1", "this application’s own reader (version 1)"),
        ("pypdf", "7.1.1; reader 2", "this application’s own reader (version 2) with the library pypdf 7.1.1"),
        (
            "email", "of Python 3.11.4; reader 1",
            "this application’s own reader (version 1) with the library email of Python 3.11.4",
        ),
        ("own", "", "this application’s own reader"),
        ("a person", "", ""),
        ("", "", ""),
    ],
)  # fmt: skip
def test_it_is_said_in_words(extractor: str, version: str, said: str) -> None:
    assert made_by(extractor, version) == said
