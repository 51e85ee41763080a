INSERT INTO t VALUES
  (1, 'ann@example.com', 'x'),
  (2, 'bob@example.com', 'y'),
  (3, 'bob@example.org', 'y');
