-- Packages that are due are taken in the order of due and package, from the beginning of
-- this index; those that workers have are looked up by their workers.
DROP INDEX preservation_due;
CREATE INDEX preservation_due ON preservation (due, package) WHERE due > 0;
CREATE INDEX preservation_taken ON preservation (worker) WHERE worker <> '';
