"""How bytes were made into text, in words: what is stored of it are names and versions of programs."""

OWN = "own"  # no library: the reader is this application's


def made_by(extractor: str, version: str) -> str:
    """In words: "own", "reader 1" or "pypdf", "7.1.1; reader 1". Empty where a person typed it, or nothing is known."""
    library, _, reader = version.rpartition("; ")
    number = reader.removeprefix("reader ") if reader.startswith("reader ") else ""
    ours = f"this application’s own reader (version {number})" if number else "this application’s own reader"
    if extractor == OWN:
        return ours
    if not number:
        return "" if not version else f"{extractor} {version}"
    return f"{ours} with the library {extractor} {library}".strip()
