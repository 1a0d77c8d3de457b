-- The log becomes a chain: hash is made of the hash before it and of all that the entry
-- says (archive.Change.Chained). detail is what the action was about, as JSON, or '';
-- digest that of the content that the entry vouches for, or ''. What was logged before
-- is chained right after this, in the same transaction (chain.go). Where the log ends
-- stands in meta under log_head, so that entries taken from its end are missed.
ALTER TABLE changes ADD COLUMN detail TEXT NOT NULL DEFAULT '';
ALTER TABLE changes ADD COLUMN digest VARCHAR(128) NOT NULL DEFAULT '';
ALTER TABLE changes ADD COLUMN hash VARCHAR(64) NOT NULL DEFAULT '';
