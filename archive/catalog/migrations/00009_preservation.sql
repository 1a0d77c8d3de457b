-- Which preservation packages are to be written (archive.Due). A row is made or
-- renewed by the transaction of the change that the package has not seen yet, so that
-- none is forgotten.
CREATE TABLE preservation (
    package  VARCHAR(140) COLLATE BINARY PRIMARY KEY, -- the id of a record, or the name of a package that holds none
    wanted   BIGINT       NOT NULL, -- sequence number of the last change that concerns it
    written  BIGINT       NOT NULL, -- the same, of the last one that its head holds
    head     INTEGER      NOT NULL, -- its latest version, 0 for none
    due      BIGINT       NOT NULL, -- when it is to be written, 0 where nothing waits
    since    BIGINT       NOT NULL, -- since when it waits
    clean    BOOLEAN      NOT NULL, -- no master lies in incoming/ beside the one in the package
    worker   VARCHAR(128) NOT NULL, -- who writes it (workers), '' for nobody
    attempts INTEGER      NOT NULL, -- that failed, since the last one that did not
    error    TEXT         NOT NULL  -- of the last one that failed
);
CREATE INDEX preservation_due ON preservation (due) WHERE due > 0;

-- What is there already is written at once.
INSERT INTO preservation (package, wanted, written, head, due, since, clean, worker, attempts, error)
    SELECT r.id, coalesce((SELECT max(c.seq) FROM changes AS c WHERE c.record = r.id), 0), 0, 0, 1, r.updated, FALSE, '', 0, ''
    FROM records AS r;

INSERT INTO preservation (package, wanted, written, head, due, since, clean, worker, attempts, error)
    SELECT 'hexi:users', max(c.seq), 0, 0, 1, max(c.at), TRUE, '', 0, ''
    FROM changes AS c WHERE c.action IN ('user-added', 'user-changed', 'user-disabled') HAVING count(*) > 0;
