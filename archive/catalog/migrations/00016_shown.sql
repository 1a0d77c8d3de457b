-- What the public was shown, and when (archive.Shown), for those who keep copies of it.
-- stamp: the moment at which the public's view of the record last changed, 0 where the public
-- never saw it. shown_collection: in which collection it saw the record last. While an
-- embargo lasts, and until its end is noted, opened is later than stamp.
ALTER TABLE records ADD COLUMN stamp BIGINT NOT NULL DEFAULT 0;
ALTER TABLE records ADD COLUMN shown_collection VARCHAR(128) COLLATE BINARY NOT NULL DEFAULT '';
CREATE INDEX records_shown ON records (stamp, id) WHERE stamp <> 0;
CREATE INDEX records_shown_by_collection ON records (shown_collection, stamp, id) WHERE stamp <> 0;
CREATE INDEX records_to_open ON records (opened) WHERE opened > stamp;

-- All that happened to what the public can look at (archive.Activity). Rows are only ever added, with
-- the next number. What was shown before comes with this step (shown.go).
CREATE TABLE activities (
    number BIGINT       PRIMARY KEY,
    at     BIGINT       NOT NULL,
    kind   VARCHAR(64)  NOT NULL,
    record VARCHAR(128) COLLATE BINARY NOT NULL
);
CREATE INDEX activities_by_record ON activities (record, number);

UPDATE records SET stamp = published_at, shown_collection = public_collection
    WHERE visible AND opened > 0 AND opened <= published_at;
UPDATE records SET stamp = coalesce((SELECT t.at FROM tombstones AS t WHERE t.record = records.id), 0), shown_collection = public_collection
    WHERE id IN (SELECT t.record FROM tombstones AS t WHERE t.public);
