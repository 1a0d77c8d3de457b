-- What an image looks like (archive.Look), for finding others that look the same.
-- Two looks that differ in three places at most are equal in one of four bands at
-- least, which is what the indexes are for. 0: nothing to compare.
ALTER TABLE assets ADD COLUMN look  BIGINT  NOT NULL DEFAULT 0;
ALTER TABLE assets ADD COLUMN look1 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE assets ADD COLUMN look2 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE assets ADD COLUMN look3 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE assets ADD COLUMN look4 INTEGER NOT NULL DEFAULT 0;

-- They hold all that is asked for, so that the rows themselves are not read.
CREATE INDEX assets_by_look1 ON assets (look1, look, id) WHERE look <> 0;
CREATE INDEX assets_by_look2 ON assets (look2, look, id) WHERE look <> 0;
CREATE INDEX assets_by_look3 ON assets (look3, look, id) WHERE look <> 0;
CREATE INDEX assets_by_look4 ON assets (look4, look, id) WHERE look <> 0;
