#!/bin/sh
# Makes the database and its roles at the first start of the container, as docs/operations.md says: one role owns, another only adds.
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" --set=owner="$OWNER_PASSWORD" --set=api="$API_PASSWORD" <<'SQL'
CREATE ROLE handslag_app NOLOGIN;
CREATE ROLE handslag_owner LOGIN PASSWORD :'owner';
CREATE ROLE handslag_api LOGIN NOINHERIT PASSWORD :'api';
GRANT handslag_app TO handslag_owner, handslag_api;
CREATE DATABASE handslag OWNER handslag_owner ENCODING 'UTF8' TEMPLATE template0;
SQL
