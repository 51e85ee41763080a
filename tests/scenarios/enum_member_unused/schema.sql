CREATE TABLE t (
  id INT NOT NULL PRIMARY KEY,
  name ENUM('new','paid','sent') NOT NULL
);
