# Once, on the first leader: the shop's user and database. Patroni passes a connection string.
set -eu
psql -q -v ON_ERROR_STOP=1 "$1" <<'EOF'
CREATE USER shop PASSWORD 'shop';
CREATE DATABASE shop OWNER shop;
EOF
