CREATE TABLE parent (id INT NOT NULL PRIMARY KEY);
CREATE TABLE t (
  id INT NOT NULL PRIMARY KEY,
  parent_id INT,
  other_id INT,
  CONSTRAINT fk_parent FOREIGN KEY (parent_id) REFERENCES parent (id),
  CONSTRAINT _fk_parent FOREIGN KEY (other_id) REFERENCES parent (id)
);
