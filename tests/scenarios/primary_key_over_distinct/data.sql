INSERT INTO t VALUES
  (1, 10, 'a'),
  (2, 20, 'b'),
  (3, 10, 'c'),
  (4, 30, 'd');
