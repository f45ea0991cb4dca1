"""Which record holds a task id when two have a claim on it: statements, run before the update.

The service's own answer to a create call beats what a search had found, and a request beats
a task that was only looked at: somebody who asks how a candidate stands must not hide it
from the search for the request that may have made it.
"""

# What a record holds of a task that turned out not to be its own, taken back. The end of its
# call is not known any more, only that it was over a certain time after it began.
FREE = (
    "task_id = NULL, provisional = NULL, status = 'UNCLEAR', process = NULL, request_id = NULL,"
    " submitted_at = NULL, scheduled_at = NULL, ended_at = NULL, video_url = NULL, usage = NULL,"
    " error_code = NULL, error_message = NULL, file = NULL, sha256 = NULL"
)

# A record without fingerprint was never a request of this store: it was only looked at.
_TAKE_OVER_FILE = (
    "UPDATE task SET (file, sha256) = (SELECT file, sha256 FROM task WHERE task_id = :task_id)"
    " WHERE number = :number AND task_id IS NULL AND EXISTS (SELECT 1 FROM task"
    " WHERE task_id = :task_id AND fingerprint IS NULL)"
)
_DROP_LOOKED_AT = (
    "DELETE FROM task WHERE task_id = :task_id AND fingerprint IS NULL"
    " AND EXISTS (SELECT 1 FROM task WHERE number = :number AND task_id IS NULL)"
)

FROM_LOOKED_AT = (_TAKE_OVER_FILE, _DROP_LOOKED_AT)
FROM_ANYBODY = (
    *FROM_LOOKED_AT,
    f"UPDATE task SET {FREE} WHERE task_id = :task_id AND number <> :number",  # noqa: S608  our own words
)
