INSERT INTO t VALUES
  (1, REPEAT('中', 85)),
  (2, REPEAT('a', 255));
