-- Which asset replaced which (archive.Asset). Those that were superseded before come
-- with this step (versions.go). replaced_at is 0 for what stands in its place.
ALTER TABLE assets ADD COLUMN received_by TEXT NOT NULL DEFAULT '';
ALTER TABLE assets ADD COLUMN place VARCHAR(128) COLLATE BINARY NOT NULL DEFAULT '';
ALTER TABLE assets ADD COLUMN replacing VARCHAR(128) COLLATE BINARY NOT NULL DEFAULT '';
ALTER TABLE assets ADD COLUMN replaces VARCHAR(128) COLLATE BINARY NOT NULL DEFAULT '';
ALTER TABLE assets ADD COLUMN replaced_by VARCHAR(128) COLLATE BINARY NOT NULL DEFAULT '';
ALTER TABLE assets ADD COLUMN replaced_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE assets ADD COLUMN was_public BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX assets_replaced ON assets (id) WHERE replaced_by <> '';
