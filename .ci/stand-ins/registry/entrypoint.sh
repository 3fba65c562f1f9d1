#!/bin/sh
# The way of the image that this stands in for: a configuration file or a subcommand starts the registry.
set -e
case "$1" in
  *.yaml | *.yml) set -- registry serve "$@" ;;
  serve | garbage-collect | help | -*) set -- registry "$@" ;;
esac
exec "$@"
