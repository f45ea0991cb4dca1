"""The store's tables, as migrations that only add.

``PRAGMA user_version`` counts the migrations that were applied to a store. Each one and its
count are committed together, so a store is never partly migrated; an older program that still
uses a migrated store finds everything it needs.
"""

MIGRATIONS = (
    """
    -- One row for each paid request, written before it is sent.
    CREATE TABLE task (
        number        INTEGER PRIMARY KEY,  -- a later request has a higher one
        task_id       TEXT UNIQUE,          -- of the service; NULL until it has answered
        status        TEXT NOT NULL,        -- the service's, or UNCLEAR, or NOT_SENT
        service       TEXT NOT NULL,        -- base URL of the create call

        -- the request, as the user gave it; NULL where another machine submitted the task
        model         TEXT,
        image         TEXT,                 -- path or URL; never a signed upload address
        prompt        TEXT,
        resolution    TEXT,
        duration      INTEGER,              -- seconds
        audio         INTEGER,
        watermark     INTEGER,
        shot_type     TEXT,
        seed          INTEGER,
        fingerprint   TEXT,                 -- equal for equal requests of the same image
        estimate      TEXT,                 -- CNY by list price, decimal

        -- the create call
        intent_at     TEXT,                 -- when the row was written; RFC 3339, UTC
        process       TEXT,                 -- which runs the call: host, process id, start
        provisional   INTEGER,              -- 1 if task_id was found by search and is not confirmed

        -- what the service reported
        request_id    TEXT,
        submitted_at  TEXT,
        scheduled_at  TEXT,
        ended_at      TEXT,
        video_url     TEXT,
        usage         TEXT,                 -- JSON, as it came
        error_code    TEXT,
        error_message TEXT,

        -- what is on this disk
        file          TEXT,                 -- absolute path
        sha256        TEXT
    );
    CREATE INDEX task_by_fingerprint ON task (fingerprint);
    CREATE INDEX task_by_status ON task (status);

    -- Images in the service's temporary store, so that the same bytes are sent once.
    CREATE TABLE upload (
        sha256      TEXT NOT NULL,          -- of the image
        model       TEXT NOT NULL,          -- the service binds an upload to one model
        account     TEXT NOT NULL,          -- hash of key and service, never the key
        url         TEXT NOT NULL,          -- oss://…
        uploaded_at TEXT NOT NULL,
        PRIMARY KEY (sha256, model, account)
    ) WITHOUT ROWID;

    -- When the next call of a kind may be sent, for all processes together.
    CREATE TABLE slot (
        name    TEXT PRIMARY KEY,
        next_at REAL NOT NULL               -- seconds since 1970
    ) WITHOUT ROWID;
    """,
    """
    -- Which run of the program sent the request: a random name.
    ALTER TABLE task ADD COLUMN run TEXT;
    CREATE INDEX task_by_run ON task (run);
    -- Which key sent it: a hash of service and key, never the key.
    ALTER TABLE task ADD COLUMN account TEXT;
    -- Which of several videos of the same request it is, counted from 1.
    ALTER TABLE task ADD COLUMN take INTEGER NOT NULL DEFAULT 1;
    -- The kind of video, and the inputs as JSON: role, name, source, sha256.
    ALTER TABLE task ADD COLUMN kind TEXT;
    ALTER TABLE task ADD COLUMN inputs TEXT;
    -- The parameters of the request that have no column, as JSON: aspect_ratio, size, text, voice.
    ALTER TABLE task ADD COLUMN parameters TEXT;
    -- When the service last reported the task.
    ALTER TABLE task ADD COLUMN seen_at TEXT;
    -- When the call began and ended by the machine's uptime, which nobody can set: the start of
    -- the machine, and seconds since then.
    ALTER TABLE task ADD COLUMN boot TEXT;
    ALTER TABLE task ADD COLUMN began_at_uptime REAL;
    ALTER TABLE task ADD COLUMN ended_at_uptime REAL;

    -- The keys that sent requests, and which of them belong to one account of the service.
    CREATE TABLE account (
        name   TEXT PRIMARY KEY,            -- as in task.account
        ending TEXT NOT NULL,               -- the last four characters of the key
        owner  TEXT NOT NULL                -- equal for keys of one account: 'uid:' and its id
                                            -- at the service if known, else the name of a key
    ) WITHOUT ROWID;
    -- How long earlier tasks of a kind ran.
    CREATE INDEX task_by_kind ON task (model, resolution, duration, audio)
        WHERE status = 'SUCCEEDED';
    -- The tasks that were found by search and are not confirmed.
    CREATE INDEX task_by_provisional ON task (provisional) WHERE provisional = 1;
    -- What was sent in the running period of a budget.
    CREATE INDEX task_by_intent ON task (intent_at);
    -- The hash of saved videos, so that a file that nobody has changed is not read again.
    CREATE TABLE hashed_file (
        path   TEXT PRIMARY KEY,            -- absolute
        state  TEXT NOT NULL,               -- size in bytes, mtime in ns, inode
        sha256 TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
)
