-- Most records are part of nothing: the indexes by part hold those that are of something.
-- Each index that a new record does not enter is a page less to write for it.
DROP INDEX records_by_part;
CREATE INDEX records_by_part ON records (part_of, id) WHERE part_of <> '';
DROP INDEX records_visible_by_part;
CREATE INDEX records_visible_by_part ON records (public_part_of, id) WHERE visible AND public_part_of <> '';
