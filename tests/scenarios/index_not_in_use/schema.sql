CREATE TABLE parent (id INT NOT NULL PRIMARY KEY);
CREATE TABLE t (
  id INT NOT NULL PRIMARY KEY,
  parent_id INT,
  KEY k_parent (parent_id),
  KEY k_both (parent_id, id),
  CONSTRAINT fk_parent FOREIGN KEY (parent_id) REFERENCES parent (id)
);
