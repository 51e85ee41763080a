INSERT INTO t VALUES
  (1, 'ann', 'a'),
  (2, 'bob', 'b'),
  (3, 'cat', 'c');
