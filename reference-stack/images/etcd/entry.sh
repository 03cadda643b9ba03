# One of three etcd members; its number is the last character of its name.
set -eu
: "${SHOP_NET:?}" "${NODE:?}"
number=${NODE##*-}
exec etcd \
    --name "$NODE" \
    --data-dir /var/lib/etcd/shop \
    --listen-peer-urls http://0.0.0.0:2380 \
    --listen-client-urls http://0.0.0.0:2379 \
    --initial-advertise-peer-urls "http://$SHOP_NET.2$number:2380" \
    --advertise-client-urls "http://$SHOP_NET.2$number:2379" \
    --initial-cluster "etcd-1=http://$SHOP_NET.21:2380,etcd-2=http://$SHOP_NET.22:2380,etcd-3=http://$SHOP_NET.23:2380" \
    --initial-cluster-token shop \
    --initial-cluster-state new \
    --heartbeat-interval 200 \
    --election-timeout 2000 \
    --auto-compaction-retention 1h \
    --logger zap --log-level warn
