-- Whether a file was received before is first asked by its name and size.
CREATE INDEX assets_by_file ON assets (filename, size, id);
