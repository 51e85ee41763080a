INSERT INTO t VALUES
  (1, 32767),
  (2, -32768),
  (3, 7);
