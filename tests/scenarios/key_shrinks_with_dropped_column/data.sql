INSERT INTO t VALUES
  (1, 1, 'a'),
  (1, 2, 'b'),
  (2, 1, 'c'),
  (3, 1, 'd');
