-- Which layer of which view of its record an image is (archive.Layer), as JSON; ''
-- for an image that is a view of its own.
ALTER TABLE assets ADD COLUMN layer TEXT NOT NULL DEFAULT '';
