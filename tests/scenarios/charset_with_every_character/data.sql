INSERT INTO t VALUES
  (1, 'order'),
  (2, 'café');
