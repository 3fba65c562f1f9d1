#!/bin/sh
# Prepares the volumes of docker-compose.yml before anything else starts: three secrets, Keyside's CA, and
# what the registry is given of them. Runs at every `docker compose up` and changes nothing that is already there.
# Its user is root, without a network and with no right but to give files away, since the volumes belong to different users.
set -eu
umask 077

# make_secret FILE: 64 hexadecimal digits, made once.
make_secret() {
  [ ! -s "$1" ] || return 0
  # Under another name first: a run that is cut short must not leave half a secret.
  head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' > "$1.new"
  mv "$1.new" "$1"
}

# PostgreSQL and Keyside read the first, PostgreSQL alone the second, Keyside alone the third, each with its own user; nothing
# else mounts these volumes.
make_secret /setup/database-password/password
make_secret /setup/superuser-password/password
make_secret /setup/notification-secret/secret
chmod 0755 /setup/database-password /setup/superuser-password /setup/notification-secret
chmod 0444 /setup/database-password/password /setup/superuser-password/password /setup/notification-secret/secret

keyside certs
chown -R node:node "$KEYSIDE_CERTS_DIR"

# The certificate alone: the CA's key stays in a volume that the registry does not mount.
cp "$KEYSIDE_CERTS_DIR/ca.crt" /setup/registry-trust/ca.crt
chmod 0755 /setup/registry-trust
chmod 0444 /setup/registry-trust/ca.crt

# The registry's configuration, with the secret by which Keyside knows its reports.
{
  cat /registry-config/config.yml
  cat << END

notifications:
  endpoints:
    - name: keyside
      url: http://keyside:8080/registry/notifications
      headers:
        Authorization: ["$(cat /setup/notification-secret/secret)"]
      timeout: 1s
      threshold: 5
      backoff: 1s
END
} > /setup/registry-trust/config.yml
chmod 0400 /setup/registry-trust/config.yml

# The image of the registry has no user of its own; this is the one that docker-compose.yml runs it with.
chown 1000:1000 /setup/registry-trust/config.yml /setup/registry-data
