CREATE TABLE t (
  code INT NOT NULL,
  name VARCHAR(10) NOT NULL,
  UNIQUE KEY u_code (code)
);
