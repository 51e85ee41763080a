CREATE TABLE t (
  k ENUM('z','y','x','w','v','u','t','s') NOT NULL PRIMARY KEY,
  a INT NOT NULL
);
