INSERT INTO t VALUES
  (1, 'ann@example.com', 'first'),
  (2, 'bob@example.com', NULL),
  (3, 'ann@example.com', 'again'),
  (4, 'cat@example.com', 'x'),
  (5, 'bob@example.com', 'y');
