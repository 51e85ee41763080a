INSERT INTO t VALUES
  (1, 'Ann@example.com', 'x'),
  (2, 'ann@example.com', 'y'),
  (3, 'bob@example.com', 'y');
