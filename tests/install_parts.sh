#!/bin/sh
# What the integration tests need beside Python: Chromium, Java and Maven (for Kafka), PostgreSQL. Installed where we are root and apt is at
# hand; elsewhere it is said what is missing, and the tests that need it are skipped.
missing=""
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
    || missing="$missing chromium"
command -v java >/dev/null || missing="$missing openjdk-17-jre-headless"
command -v mvn >/dev/null || missing="$missing maven"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing for the tests:$missing"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "missing:$missing. The tests that need them are skipped; Debian: apt-get install$missing"
fi
