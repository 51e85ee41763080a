INSERT INTO t VALUES (1, 'hello 🐬'), (2, '订单');
