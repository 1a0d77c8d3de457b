-- The transactions that wrote something, by number, each with the rows that it wrote,
-- until the journal beside the database has them. The last one stays, so that the
-- numbers go on. '' for what the journal is not to have.
CREATE TABLE journal (
    number BIGINT PRIMARY KEY,
    entry  BLOB   NOT NULL
);
