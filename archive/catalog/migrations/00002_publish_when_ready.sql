-- Who wants the asset's record published once the asset can be shown, and at
-- which revision; '' and 0 for no one.
ALTER TABLE assets ADD COLUMN publish_by TEXT NOT NULL DEFAULT '';
ALTER TABLE assets ADD COLUMN publish_revision INTEGER NOT NULL DEFAULT 0;
