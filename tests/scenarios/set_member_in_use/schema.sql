CREATE TABLE t (
  id INT NOT NULL PRIMARY KEY,
  name SET('a','b','c') NOT NULL
);
