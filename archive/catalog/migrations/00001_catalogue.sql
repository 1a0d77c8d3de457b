-- +goose Up
CREATE TABLE records (
    id         VARCHAR(128) PRIMARY KEY,
    collection VARCHAR(128) NOT NULL,
    kind       VARCHAR(32)  NOT NULL,
    part_of    VARCHAR(128) NOT NULL,
    accession  TEXT         NOT NULL,
    holder     TEXT         NOT NULL,
    revision   INTEGER      NOT NULL,
    published  INTEGER      NOT NULL, -- the revision that the public sees; 0: none
    withdrawn  BOOLEAN      NOT NULL,
    created    BIGINT       NOT NULL,
    updated    BIGINT       NOT NULL
);
CREATE INDEX records_by_collection ON records (collection, id);
CREATE INDEX records_by_kind ON records (kind, id);
CREATE INDEX records_by_part ON records (part_of, id);
CREATE INDEX records_by_accession ON records (accession, holder);

CREATE TABLE revisions (
    record  VARCHAR(128) NOT NULL REFERENCES records (id),
    number  INTEGER      NOT NULL,
    body    TEXT         NOT NULL, -- the record as JSON
    author  TEXT         NOT NULL,
    message TEXT         NOT NULL,
    at      BIGINT       NOT NULL,
    PRIMARY KEY (record, number)
);

CREATE TABLE assets (
    id         VARCHAR(128) PRIMARY KEY,
    record     VARCHAR(128) NOT NULL REFERENCES records (id),
    position   INTEGER      NOT NULL,
    kind       VARCHAR(32)  NOT NULL,
    state      VARCHAR(32)  NOT NULL,
    batch      VARCHAR(64)  NOT NULL,
    filename   TEXT         NOT NULL,
    master_key TEXT         NOT NULL,
    size       BIGINT       NOT NULL,
    sha512     CHAR(128)    NOT NULL,
    format     TEXT         NOT NULL,
    image      TEXT         NOT NULL, -- JSON, or ''
    access     TEXT         NOT NULL, -- JSON, or ''
    failure    TEXT         NOT NULL, -- JSON, or ''
    received   BIGINT       NOT NULL
);
CREATE INDEX assets_by_record ON assets (record, position);
CREATE INDEX assets_by_batch ON assets (batch, state, id);
CREATE INDEX assets_by_hash ON assets (sha512);

CREATE TABLE changes (
    seq      BIGINT       PRIMARY KEY,
    at       BIGINT       NOT NULL,
    author   TEXT         NOT NULL,
    action   VARCHAR(32)  NOT NULL,
    record   VARCHAR(128) NOT NULL,
    revision INTEGER      NOT NULL,
    asset    VARCHAR(128) NOT NULL
);
CREATE INDEX changes_by_record ON changes (record, seq);

CREATE TABLE users (
    name          VARCHAR(64) PRIMARY KEY,
    role          VARCHAR(32) NOT NULL,
    password_hash TEXT        NOT NULL,
    disabled      BOOLEAN     NOT NULL,
    created       BIGINT      NOT NULL
);

CREATE TABLE tokens (
    sha256  CHAR(64)    PRIMARY KEY,
    owner   VARCHAR(64) NOT NULL REFERENCES users (name),
    created BIGINT      NOT NULL
);

CREATE TABLE sessions (
    token  TEXT   PRIMARY KEY,
    data   TEXT   NOT NULL, -- base64
    expiry BIGINT NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expiry);

-- What a job of the queue (river_job) is about, for finding the jobs of a batch.
CREATE TABLE jobs (
    id     BIGINT       PRIMARY KEY,
    kind   VARCHAR(32)  NOT NULL,
    record VARCHAR(128) NOT NULL,
    asset  VARCHAR(128) NOT NULL,
    batch  VARCHAR(64)  NOT NULL
);
CREATE INDEX jobs_by_batch ON jobs (batch, id);
CREATE INDEX jobs_by_record ON jobs (record, id);

-- The processes that work jobs, so that those of a dead one can be taken over.
CREATE TABLE workers (
    id   VARCHAR(128) PRIMARY KEY,
    host TEXT    NOT NULL,
    pid  BIGINT  NOT NULL,
    born TEXT    NOT NULL, -- when the process began, as the system says it
    seen BIGINT  NOT NULL
);

-- +goose Down
DROP TABLE workers;
DROP TABLE jobs;
DROP TABLE sessions;
DROP TABLE tokens;
DROP TABLE users;
DROP TABLE changes;
DROP TABLE assets;
DROP TABLE revisions;
DROP TABLE records;
