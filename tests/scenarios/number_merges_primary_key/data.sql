INSERT INTO t VALUES
  (1, 'a'),
  (5000000000, 'b'),
  (6000000000, 'c');
