# Starts one member of the Patroni cluster, named by NODE (pg-1, pg-2, pg-3).
set -eu
: "${SHOP_NET:?}" "${NODE:?}" "${PATRONI:=3.1.2}"
number=${NODE##*-}
address=$SHOP_NET.3$number

case "$PATRONI" in
3.1.2) export PYTHONPATH=/opt/patroni ;;
debian) ;;
*)
    echo "PATRONI is '$PATRONI'; it must be '3.1.2' or 'debian'" >&2
    exit 64
    ;;
esac
unset PATRONI

# `shop.node` lets a transaction say who carried it out.
sed "s/^  listen: 0.0.0.0:5432/&\n  parameters: { shop.node: $NODE }/" /etc/patroni/patroni.yaml >/tmp/patroni.yaml
export HOME=/var/lib/postgresql
export PATRONI_NAME="$NODE"
export PATRONI_RESTAPI_LISTEN=0.0.0.0:8008
export PATRONI_RESTAPI_CONNECT_ADDRESS="$address:8008"
export PATRONI_POSTGRESQL_CONNECT_ADDRESS="$address:5432"
export PATRONI_ETCD3_HOSTS="'$SHOP_NET.21:2379','$SHOP_NET.22:2379','$SHOP_NET.23:2379'"
export PATRONI_LOG_LEVEL=INFO

# The data lie in a volume, so that a member that is made anew (a switch was set) finds them again.
chown postgres:postgres /var/lib/postgresql /var/run/postgresql
install -d -o postgres -g postgres -m 700 /var/lib/postgresql/shop
exec setpriv --reuid=postgres --regid=postgres --init-groups python3 -m patroni /tmp/patroni.yaml
