CREATE TABLE t (
  id INT NOT NULL PRIMARY KEY,
  code INT NULL,
  KEY by_code (code)
);
