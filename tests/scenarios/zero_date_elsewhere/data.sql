SET SESSION sql_mode = '';
INSERT INTO t VALUES
  (1, '0000-00-00'),
  (2, '2024-01-01');
