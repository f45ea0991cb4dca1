"""The service's terms that hold for every model: how long it keeps things, how much it takes.

Sources: Model Studio's pages on asynchronous tasks, temporary files, and rate limits.
"""

TASK_LIFE_SECONDS = 24 * 60 * 60
UPLOAD_LIFE_SECONDS = 47 * 60 * 60  # of the 48 h for which it keeps uploads; one is for the queue
CREATES_PER_SECOND = 5
CALLS_PER_SECOND = 20  # for each of query, list and cancel
RUNNING_TASKS = 5  # per lane; further tasks wait as PENDING
LONGEST_PAGE = 100  # rows of the task list; the maximum is not documented, more are refused
DEFAULT_PAGE = 10  # rows of the task list, which are never refused
