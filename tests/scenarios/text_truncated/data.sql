INSERT INTO t VALUES
  (1, 'Alexandra'),
  (2, 'Bob'),
  (3, 'Christopher');
