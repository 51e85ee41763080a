INSERT INTO t VALUES
  (1, 'Alexandra'),
  (2, 'Alexander'),
  (3, 'Bob');
