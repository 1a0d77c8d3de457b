-- What the public is told of a record that it saw and sees no more (archive.Tombstone).
-- Those of records that were withdrawn before come with this step (tombstones.go).
CREATE TABLE tombstones (
    record VARCHAR(128) COLLATE BINARY PRIMARY KEY REFERENCES records (id),
    at     BIGINT  NOT NULL,
    author TEXT    NOT NULL,
    reason TEXT    NOT NULL, -- JSON of languages, or ''
    title  TEXT    NOT NULL, -- JSON of languages, or '' where it is not to be told
    erased BIGINT  NOT NULL, -- number of the entry of the log that erased the record, 0 if none did
    public BOOLEAN NOT NULL, -- the public saw the record
    purged BOOLEAN NOT NULL  -- nothing of it is left outside of the catalogue
);
CREATE INDEX tombstones_to_purge ON tombstones (record) WHERE NOT purged;
