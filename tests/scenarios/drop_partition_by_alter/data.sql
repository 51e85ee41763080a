INSERT INTO t VALUES
  (1, 'a'),
  (11, 'b'),
  (12, 'c'),
  (25, 'd');
