INSERT INTO t VALUES
  (1, 'abcdef', 'x'),
  (2, 'abcxyz', 'y'),
  (3, 'abdxyz', 'y');
