INSERT INTO t VALUES
  (1, 70000),
  (2, -40000),
  (3, 7);
