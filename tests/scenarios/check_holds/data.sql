INSERT INTO t VALUES
  (1, 5),
  (2, 1),
  (3, NULL);
