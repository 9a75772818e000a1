#!/bin/sh
# At the first start: a role that is no superuser, so that row-level security holds for it, and its
# database.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --username postgres --dbname postgres \
  --set "password=$(cat /run/secrets/database_password)" <<'SQL'
create role customerai login nosuperuser nocreatedb nocreaterole nobypassrls password :'password';
create database customerai owner customerai encoding 'UTF8' template template0;
revoke all on database customerai from public;
SQL
