#!/bin/sh
# Makes Keyside's role and its database, when PostgreSQL makes its cluster in docker-compose.yml. The role owns that one
# database and is no superuser: who gets hold of its password reads no files of the server and runs no programs there.
set -eu

psql --set=ON_ERROR_STOP=1 --no-psqlrc --quiet --username="$POSTGRES_USER" --dbname=postgres << 'END'
\set password `cat /run/database-password/password`
CREATE ROLE keyside LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
CREATE DATABASE keyside OWNER keyside;
REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;
REVOKE CONNECT, TEMPORARY ON DATABASE keyside FROM PUBLIC;
END
