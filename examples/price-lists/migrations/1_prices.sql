CREATE TABLE prices (
  file TEXT NOT NULL,
  line INTEGER NOT NULL,
  item TEXT NOT NULL,
  cents INTEGER NOT NULL,
  PRIMARY KEY (file, line)
);
CREATE INDEX prices_item ON prices (item);
