#!/bin/sh
# Prepares the volumes of docker-compose.yml before anything else starts: the database's password, Keyside's CA, and the
# registry's copy of the CA's certificate. Runs at every `docker compose up` and changes nothing that is already there.
# Its user is root, without a network and with no right but to give files away, since the volumes belong to different users.
set -eu
umask 077

password=/setup/database-password/password
if [ ! -s "$password" ]; then
  # Under another name first: a run that is cut short must not leave half a password.
  head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' > "$password.new"
  mv "$password.new" "$password"
fi
# PostgreSQL and Keyside read it, each with its own user; nothing else mounts this volume.
chmod 0755 /setup/database-password
chmod 0444 "$password"

keyside certs
chown -R node:node "$KEYSIDE_CERTS_DIR"

# The certificate alone: the CA's key stays in a volume that the registry does not mount.
cp "$KEYSIDE_CERTS_DIR/ca.crt" /setup/registry-trust/ca.crt
chmod 0755 /setup/registry-trust
chmod 0444 /setup/registry-trust/ca.crt

# The image of the registry has no user of its own; this is the one that docker-compose.yml runs it with.
chown 1000:1000 /setup/registry-data
