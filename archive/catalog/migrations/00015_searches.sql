-- Since when a published record has been there to be found, without interruption.
-- appeared: for those who work here, the number of the log's entry that published it, 0 for
-- one that is not; opened: for the public, the time, 0 where it is closed, and later than
-- now while an embargo lasts. Those of closed records that were there before come with this
-- step (searches.go).
ALTER TABLE records ADD COLUMN appeared BIGINT NOT NULL DEFAULT 0;
ALTER TABLE records ADD COLUMN opened BIGINT NOT NULL DEFAULT 0;
UPDATE records SET appeared = coalesce((SELECT min(c.seq) FROM changes AS c WHERE c.record = records.id AND c.action = 'published'
        AND c.seq > coalesce((SELECT max(w.seq) FROM changes AS w WHERE w.record = records.id AND w.action = 'withdrawn'), 0)), 0)
    WHERE visible;
UPDATE records SET opened = coalesce((SELECT c.at FROM changes AS c WHERE c.seq = records.appeared), published_at) WHERE visible;

-- Searches that people keep under a name (archive.SavedSearch).
CREATE TABLE saved_searches (
    id      VARCHAR(64)  COLLATE BINARY PRIMARY KEY,
    owner   VARCHAR(64)  COLLATE BINARY NOT NULL REFERENCES users (name),
    name    TEXT         NOT NULL,
    query   TEXT         NOT NULL, -- parameters of an address
    lang    VARCHAR(64)  NOT NULL,
    created BIGINT       NOT NULL,
    seen    BIGINT       NOT NULL, -- number of the log's entry up to which its owner has seen what it finds
    seen_at BIGINT       NOT NULL,
    feed    VARCHAR(64)  NOT NULL, -- SHA-256 of its feed's token, in hexadecimal, or ''
    feed_at BIGINT       NOT NULL
);
CREATE INDEX saved_searches_by_owner ON saved_searches (owner, id);
CREATE UNIQUE INDEX saved_searches_by_feed ON saved_searches (feed) WHERE feed <> '';

-- What people searched for last. No copy holds it: what someone cleared is gone.
CREATE TABLE recent_searches (
    owner  VARCHAR(64) COLLATE BINARY NOT NULL REFERENCES users (name),
    digest VARCHAR(64) NOT NULL, -- of the query, by which it is found
    query  TEXT        NOT NULL,
    at     BIGINT      NOT NULL,
    PRIMARY KEY (owner, digest)
);
ALTER TABLE users ADD COLUMN forgets_searches BOOLEAN NOT NULL DEFAULT FALSE;
