"""A process that sends what is waiting and kills itself (SIGKILL) after a statement of a mail.

    python -m tests.digest.killed_sender FOLDER SMTP_URL STATE OCCURRENCE NOW

dies right after the given occurrence of a delivery being set to STATE has been committed: ``handing``
(claimed, no byte gone yet) or ``sent``. With OCCURRENCE 0 it does not kill itself; the mail server may.
"""

import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from sqlalchemy import event

from tests.digest.installation import open_installation


def main() -> None:
    """Send until killed."""
    folder, url, state, occurrence, now = sys.argv[1:]
    portal = open_installation(Path(folder))
    portal.now = datetime.fromisoformat(now)
    left = int(occurrence)
    set_now = False

    def executed(
        _connection: object, _cursor: object, statement: str, parameters: object, *_rest: object
    ) -> None:
        nonlocal set_now
        if statement.startswith("UPDATE delivery SET state") and state in str(parameters):
            set_now = True

    def committed(_connection: object) -> None:
        nonlocal left, set_now
        if set_now:
            set_now = False
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    event.listen(portal.db.engine, "after_cursor_execute", executed)
    # SQLAlchemy tells of a commit before it happens; the next statement or this release comes after.
    event.listen(portal.db.engine.pool, "checkin", lambda *_: committed(None))
    portal.post(url)


if __name__ == "__main__":
    main()
