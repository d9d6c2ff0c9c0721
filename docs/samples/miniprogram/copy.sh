#!/bin/sh
# Copy into lib/ what this mini-program takes from the repository, and write down the ids of the documents. Run it again
# after each update.
set -eu
cd "$(dirname "$0")"
mkdir -p lib
cp ../../../web/xingdian.js ../../../web/pass-codes.js lib/
{
  echo "export default {"
  for path in ../../operations/*.graphql; do
    echo "  $(basename "$path" .graphql): \"$(sha256sum <"$path" | cut -c 1-64)\","
  done
  echo "};"
} >lib/documents.js
