-- Appends the orders @first … @first + @count - 1 (at most 100,000). Each value follows from its id.

INSERT INTO `shop`.`orders`
  (`id`, `customer_id`, `order_no`, `status`, `amount`, `note`, `address`, `created_at`, `updated_at`)
WITH d AS (SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
           UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9),
     numbers AS (SELECT @first + a.n + 10 * b.n + 100 * c.n + 1000 * e.n + 10000 * f.n AS id
                 FROM d f, d e, d c, d b, d a)
SELECT id,
       1 + CRC32(id) % 20000,
       CONCAT('SO-2024-', LPAD(id, 10, '0')),
       ELT(1 + CRC32(id * 3) % 5, 'new', 'paid', 'shipped', 'done', 'cancelled'),
       (CRC32(id * 5) % 1000000) / 100,
       ELT(1 + CRC32(id * 7) % 8,
           '请在工作日送货,到了先打电话 ☎️', 'Leave at the door, please. Ring twice, the bell is quiet.',
           '生日礼物 🎁🎂 请帮忙包装好,写上“生日快乐”', NULL,
           '加急!客户在等 🚀 已与仓库确认,今天必须发货', 'Fragile: glass inside. Two boxes, keep them upright at all times.',
           '发票抬头:上海某某信息技术有限公司,税号见附件', 'Entregar por la tarde; llamar antes de subir 🙂'),
       CONCAT(ELT(1 + CRC32(id * 11) % 4,
                  '上海市浦东新区世纪大道', 'Hauptstraße, 10115 Berlin, Deutschland, Hinterhaus, Aufgang ',
                  '广东省深圳市南山区科技园南路', 'Avenida Paulista, São Paulo, SP, Brasil, bloco '),
              CRC32(id * 13) % 2000, ', ', SHA2(id, 224)),
       TIMESTAMP('2023-01-01') + INTERVAL (id * 47 % 94608000) SECOND,
       TIMESTAMP('2026-01-01') + INTERVAL (id % 86400) SECOND
FROM numbers WHERE id < @first + @count ORDER BY id;
