#!/bin/sh
# The browser journeys use Debian's Chromium and a font with Chinese; install them where we may.
set -eu
command -v chromium >/dev/null 2>&1 && fc-list :lang=zh 2>/dev/null | grep -q . && exit 0
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || exit 0
echo "Installing Chromium for the browser journeys (once)…"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq && apt-get install -y -qq --no-install-recommends \
	chromium fontconfig fonts-noto-cjk >/dev/null || echo "Chromium could not be installed."
