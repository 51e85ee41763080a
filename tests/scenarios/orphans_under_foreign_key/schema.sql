CREATE TABLE parent (id INT NOT NULL PRIMARY KEY);
CREATE TABLE t (
  id INT NOT NULL PRIMARY KEY,
  parent_id INT,
  KEY (parent_id)
);
