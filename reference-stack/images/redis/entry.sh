# A Redis node or a Sentinel, by name. The file is written once: afterwards Redis and Sentinel keep it themselves, so that
# a node that starts again knows its last role.
set -eu
: "${SHOP_NET:?}" "${NODE:?}"
number=${NODE##*-}
file=/var/lib/redis/$NODE.conf

if [ ! -e "$file" ]; then
    case "$NODE" in
    sentinel-*)
        cat >"$file" <<EOF
port 26379
dir /var/lib/redis
protected-mode no
sentinel announce-ip $SHOP_NET.4$((number + 3))
sentinel monitor shop $SHOP_NET.41 6379 2
sentinel down-after-milliseconds shop 1000
sentinel failover-timeout shop 5000
sentinel parallel-syncs shop 2
EOF
        ;;
    redis-*)
        # A primary that reaches no replica stops acknowledging: else what it took while cut off would be lost.
        cat >"$file" <<EOF
port 6379
dir /var/lib/redis
protected-mode no
replica-announce-ip $SHOP_NET.4$number
min-replicas-to-write 1
min-replicas-max-lag 3
repl-timeout 5
repl-diskless-sync-delay 0
appendonly yes
appendfsync everysec
save ""
maxmemory 128mb
maxmemory-policy volatile-lru
hz 5
EOF
        [ "$number" = 1 ] || echo "replicaof $SHOP_NET.41 6379" >>"$file"
        ;;
    esac
fi

case "$NODE" in
sentinel-*) exec redis-sentinel "$file" ;;
*) exec redis-server "$file" ;;
esac
