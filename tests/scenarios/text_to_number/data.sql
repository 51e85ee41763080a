INSERT INTO t VALUES
  (1, '12'),
  (2, 'abc'),
  (3, '7 pieces');
