CREATE TABLE t (
  id INT NOT NULL PRIMARY KEY,
  code INT NOT NULL,
  KEY by_code (code)
);
