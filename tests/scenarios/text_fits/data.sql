INSERT INTO t VALUES
  (1, 'Alexa'),
  (2, 'Bob'),
  (3, '');
