"""Task ids for shell completion, read from the store with as few imports as possible.

The completion scripts run ``SQL`` with the ``sqlite3`` program. Without that program they
start ``pixverse COMMAND`` with ``VARIABLE`` set to the store's file, and it only calls ``offer``.
"""

import os
import sys
from contextlib import closing

VARIABLE = "_PIXVERSE_TASK_IDS"

# What stands before SQL: the command whose arguments are completed, for the ?.
ASKED = "WITH RECURSIVE asked(command) AS (VALUES (?)),"

# A line for each of the newest tasks that the command can use: its id, a tab, its status and
# the start of its prompt. A request without an id is named by #NUMBER where that is useful.
# An id that a shell would have to quote does not come from the service and is left out.
# Prompts are shown in a terminal, so Unicode's control and format characters are removed:
# escape sequences, changes of writing direction. 200D stays: it joins emoji. 45 is the
# hyphen of a range.
SQL = """\

newest AS (
    SELECT number, coalesce(task_id, '#' || number) AS name, status,
        replace(replace(replace(substr(coalesce(prompt, ''), 1, 60),
        char(9), ' '), char(10), ' '), char(13), ' ') AS prompt
    FROM task, asked
    WHERE coalesce(task_id GLOB '[0-9A-Za-z]*' AND task_id NOT GLOB '*[^0-9A-Za-z._-]*',
            status = 'NOT_SENT' AND command IN ('retry', 'forget'))
        AND CASE command
            WHEN 'cancel' THEN status = 'PENDING' AND provisional IS NOT 1
            WHEN 'wait' THEN status IN ('PENDING', 'RUNNING')
            WHEN 'download' THEN status = 'SUCCEEDED' AND file IS NULL
            WHEN 'retry' THEN status IN ('FAILED', 'CANCELED', 'NOT_SENT')
                AND fingerprint IS NOT NULL AND provisional IS NOT 1
            ELSE command NOT IN ('upscale', 'lipsync', 'motion')
                OR status = 'SUCCEEDED' AND provisional IS NOT 1
        END
    ORDER BY number DESC LIMIT 50
),
harmful(letter) AS (VALUES ('[' || char(0x01, 45, 0x1F, 0x7F, 45, 0x9F, 0xAD, 0x600, 45, 0x605,
    0x61C, 0x6DD, 0x70F, 0x890, 45, 0x891, 0x8E2, 0x180E, 0x200B, 45, 0x200C, 0x200E, 45, 0x200F,
    0x2028, 45, 0x202E, 0x2060, 45, 0x206F, 0xFEFF, 0xFFF9, 45, 0xFFFD, 0x110BD, 0x110CD,
    0x13430, 45, 0x1345F, 0x1BCA0, 45, 0x1BCA3, 0x1D173, 45, 0x1D17A, 0xE0000, 45, 0xE007F)
    || ']')),
place(at) AS (VALUES (1) UNION ALL SELECT at + 1 FROM place WHERE at < 60)
SELECT name || char(9) || status || rtrim(' ' || CASE
    WHEN prompt NOT GLOB '*' || letter || '*' THEN prompt
    ELSE coalesce((SELECT group_concat(substr(prompt, at, 1), '') FROM place
        WHERE substr(prompt, at, 1) NOT GLOB letter), '')
END)
FROM newest, harmful ORDER BY number DESC"""


def offer(store: str, command: str = "") -> None:
    """Print the ids in a store file that a command can use; without a command, all.

    Print nothing if the file is missing, locked or broken.
    """
    for line in _lines(os.fsencode(store), command):
        sys.stdout.buffer.write(line + b"\n")


def _lines(store: bytes, command: str) -> list[bytes]:
    import sqlite3

    quoted = b"".join(b"%%%02X" % byte if byte in b"%?#" else b"%c" % byte for byte in store)
    address = b"file:" + quoted + b"?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=0.05)) as connection:
            connection.text_factory = bytes
            return [line for (line,) in connection.execute(ASKED + SQL, (command,))]
    except sqlite3.Error:
        # the file is missing, locked or not a store: a message would appear in the middle of
        # the line that the user is typing
        return []
