INSERT INTO t VALUES
  (1, 'Bob'),
  (2, 'bobby'),
  (3, 'Ann');
