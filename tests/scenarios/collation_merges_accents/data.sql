INSERT INTO t VALUES
  (1, 'cafe'),
  (2, 'café'),
  (3, 'tea');
