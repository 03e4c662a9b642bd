CREATE TABLE pages (
  id text PRIMARY KEY,
  text text NOT NULL,
  version text NOT NULL
);
