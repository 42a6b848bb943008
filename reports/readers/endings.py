"""What the ending of a file's name says of it: told where its bytes say otherwise, and never believed."""

_NAMED = {  # ending of a name, and the reader that its bytes should go to
    "pdf": "pdf", "docx": "docx", "html": "html", "htm": "html", "txt": "text", "eml": "mail", "zip": "zip",
}  # fmt: skip


def mismatch(name: str, kind: str) -> str:
    """What to tell of a file whose name says another kind than its bytes; empty where they agree or it says none."""
    said = _NAMED.get(name.rsplit(".", 1)[-1].lower() if "." in name else "")
    if said is None or said == kind or kind not in _NAMED.values():  # a dataset may come zipped, or under any name
        return ""
    return f"name: found the ending of another kind; wanted that of {kind}; it was read as {kind}, which its bytes are"
