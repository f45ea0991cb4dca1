"""Which record gets a task id that two could have: statements that run before the update.

The service's answer to a create call has priority over the result of a search, and a request
has priority over a task that was only queried: a query of a candidate's status must not hide
it from the search for the request that may have created it.
"""

# Removes a task from a record that it turned out not to belong to. When the record's call ended
# is not known any more, only that a call takes at most a certain time.
RELEASE = (
    "task_id = NULL, provisional = NULL, status = 'UNCLEAR', process = NULL, request_id = NULL,"
    " submitted_at = NULL, scheduled_at = NULL, ended_at = NULL, video_url = NULL, usage = NULL,"
    " error_code = NULL, error_message = NULL, seen_at = NULL, file = NULL, sha256 = NULL"
)

# A record without fingerprint is not a request of this store: its task was only queried.
_MOVE_FILE = (
    "UPDATE task SET (file, sha256) = (SELECT file, sha256 FROM task WHERE task_id = :task_id)"
    " WHERE number = :number AND task_id IS NULL AND EXISTS (SELECT 1 FROM task"
    " WHERE task_id = :task_id AND fingerprint IS NULL)"
)
_DELETE_QUERIED = (
    "DELETE FROM task WHERE task_id = :task_id AND fingerprint IS NULL"
    " AND EXISTS (SELECT 1 FROM task WHERE number = :number AND task_id IS NULL)"
)

TAKE_FROM_QUERIED = (_MOVE_FILE, _DELETE_QUERIED)
TAKE_FROM_ANY = (
    *TAKE_FROM_QUERIED,
    f"UPDATE task SET {RELEASE} WHERE task_id = :task_id AND number <> :number",  # noqa: S608  constant text
)
