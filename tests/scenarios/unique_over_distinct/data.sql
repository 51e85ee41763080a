INSERT INTO t VALUES
  (1, 'ann@example.com', 'first'),
  (2, 'bob@example.com', NULL),
  (3, 'cat@example.com', 'x');
