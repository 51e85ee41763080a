INSERT INTO t VALUES
  (1, 'a', NULL),
  (2, 'b', NULL),
  (3, 'c', 'x');
