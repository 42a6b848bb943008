"""What a container asks itself: `python -m r2p_dashboard.local.healthcheck web|beat`."""

from __future__ import annotations

import http.client
import os
import sys
import time
from pathlib import Path

BEAT_SCHEDULE = "/var/lib/r2p/beat-schedule"
_BEAT_WRITES_WITHIN = 900.0  # seconds; it writes its schedule every three to five minutes


def web(*, host: str = "127.0.0.1", port: int = 8000, name: str | None = None) -> bool:
    """Whether the site answers; 503 counts: it is up and says what is stale."""
    named = name or os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    connection = http.client.HTTPConnection(host, port, timeout=8)
    try:
        connection.request("GET", "/health", headers={"Host": named})
        return connection.getresponse().status in {200, 503}
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def beat(schedule: str = BEAT_SCHEDULE, *, now: float) -> bool:
    """Whether beat wrote its schedule lately (the file's ending depends on the database module)."""
    path = Path(schedule)
    written = [file.stat().st_mtime for file in path.parent.glob(f"{path.name}*")]
    return bool(written) and now - max(written) < _BEAT_WRITES_WITHIN


if __name__ == "__main__":
    sys.exit(0 if (beat(now=time.time()) if sys.argv[1:] == ["beat"] else web()) else 1)
