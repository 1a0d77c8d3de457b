-- Written for SQLite; see dialect.ddl for what PostgreSQL reads instead.
-- Times are microseconds since 1970 in UTC, 0 for none. JSON is kept as text.

CREATE TABLE records (
    id                VARCHAR(128) COLLATE BINARY PRIMARY KEY,
    -- of the latest revision
    collection        VARCHAR(128) COLLATE BINARY NOT NULL,
    kind              VARCHAR(64)  COLLATE BINARY NOT NULL,
    part_of           VARCHAR(128) COLLATE BINARY NOT NULL,
    accession         TEXT         NOT NULL,
    holder            TEXT         NOT NULL,
    accession_key     VARCHAR(64)  NOT NULL, -- digest of the two, or ''
    revision          INTEGER      NOT NULL,
    -- of the revision that the public sees; visible: there is one, and it is not withdrawn
    published         INTEGER      NOT NULL, -- 0: none
    withdrawn         BOOLEAN      NOT NULL,
    visible           BOOLEAN      NOT NULL,
    public_collection VARCHAR(128) COLLATE BINARY NOT NULL,
    public_kind       VARCHAR(64)  COLLATE BINARY NOT NULL,
    public_part_of    VARCHAR(128) COLLATE BINARY NOT NULL,
    created           BIGINT       NOT NULL,
    updated           BIGINT       NOT NULL,
    published_at      BIGINT       NOT NULL
);
CREATE INDEX records_by_collection ON records (collection, id);
CREATE INDEX records_by_kind ON records (kind, id);
CREATE INDEX records_by_part ON records (part_of, id);
CREATE INDEX records_by_accession ON records (accession_key, id) WHERE accession_key <> '';
CREATE INDEX records_visible ON records (id) WHERE visible;
CREATE INDEX records_visible_by_collection ON records (public_collection, id) WHERE visible;
CREATE INDEX records_visible_by_kind ON records (public_kind, id) WHERE visible;
CREATE INDEX records_visible_by_part ON records (public_part_of, id) WHERE visible;

-- Rows are only ever added.
CREATE TABLE revisions (
    record  VARCHAR(128) COLLATE BINARY NOT NULL REFERENCES records (id),
    number  INTEGER      NOT NULL,
    body    TEXT         NOT NULL, -- the record as JSON
    author  TEXT         NOT NULL,
    message TEXT         NOT NULL,
    at      BIGINT       NOT NULL,
    PRIMARY KEY (record, number)
);

CREATE TABLE assets (
    id         VARCHAR(128) COLLATE BINARY PRIMARY KEY,
    record     VARCHAR(128) COLLATE BINARY NOT NULL REFERENCES records (id),
    position   INTEGER      NOT NULL,
    kind       VARCHAR(64)  NOT NULL,
    state      VARCHAR(64)  NOT NULL,
    batch      TEXT         NOT NULL,
    filename   TEXT         NOT NULL,
    master_key TEXT         NOT NULL,
    size       BIGINT       NOT NULL,
    sha512     VARCHAR(128) NOT NULL,
    format     TEXT         NOT NULL,
    image      TEXT         NOT NULL, -- JSON, or ''
    access     TEXT         NOT NULL, -- JSON, or ''
    failure    TEXT         NOT NULL, -- JSON, or ''
    received   BIGINT       NOT NULL
);
CREATE INDEX assets_by_record ON assets (record, position);
CREATE INDEX assets_by_batch ON assets (batch, id, state);
CREATE INDEX assets_by_state ON assets (state, id);
CREATE INDEX assets_by_hash ON assets (sha512);

-- Rows are only ever added, with the next number.
CREATE TABLE changes (
    seq      BIGINT       PRIMARY KEY,
    at       BIGINT       NOT NULL,
    author   TEXT         NOT NULL,
    action   VARCHAR(64)  NOT NULL,
    record   VARCHAR(128) COLLATE BINARY NOT NULL,
    revision INTEGER      NOT NULL,
    asset    VARCHAR(128) COLLATE BINARY NOT NULL
);
CREATE INDEX changes_by_record ON changes (record, seq);

CREATE TABLE users (
    name          VARCHAR(64) COLLATE BINARY PRIMARY KEY,
    role          VARCHAR(64) NOT NULL,
    password_hash TEXT        NOT NULL,
    disabled      BOOLEAN     NOT NULL,
    created       BIGINT      NOT NULL
);

CREATE TABLE tokens (
    sha256  VARCHAR(64) PRIMARY KEY,
    owner   VARCHAR(64) COLLATE BINARY NOT NULL REFERENCES users (name),
    created BIGINT      NOT NULL
);
CREATE INDEX tokens_by_owner ON tokens (owner);

CREATE TABLE sessions (
    token  VARCHAR(64) PRIMARY KEY, -- SHA-256 of the token, in hexadecimal
    data   BLOB        NOT NULL,
    expiry BIGINT      NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expiry);

-- What a job of the queue (river_job) is about. River's own table is not
-- touched: its migrations rebuild it.
CREATE TABLE jobs (
    id     BIGINT       PRIMARY KEY, -- of river_job
    kind   VARCHAR(64)  NOT NULL,
    record VARCHAR(128) COLLATE BINARY NOT NULL,
    asset  VARCHAR(128) COLLATE BINARY NOT NULL,
    batch  TEXT         NOT NULL,
    deaths INTEGER      NOT NULL  -- how often its process ended while it worked the job
);
CREATE INDEX jobs_by_batch ON jobs (batch, id);
CREATE INDEX jobs_by_record ON jobs (record, id);
CREATE INDEX jobs_by_asset ON jobs (asset, kind);

-- The processes that work jobs, so that those of a dead one can be taken over.
CREATE TABLE workers (
    id   VARCHAR(128) PRIMARY KEY,
    host TEXT   NOT NULL, -- the system that knows the process, '' where it cannot be asked
    pid  BIGINT NOT NULL,
    born TEXT   NOT NULL, -- when the process began, as that system says it
    seen BIGINT NOT NULL  -- by the database's clock
);

-- Facts about the catalogue itself.
CREATE TABLE meta (
    name  VARCHAR(64) PRIMARY KEY,
    value TEXT        NOT NULL
);
