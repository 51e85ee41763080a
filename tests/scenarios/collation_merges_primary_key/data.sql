INSERT INTO t VALUES
  ('Bob', 1),
  ('bob', 2),
  ('Ann', 3);
