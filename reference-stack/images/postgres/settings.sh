# Keeps the cluster's settings as the switches say. Apart from the members, so that another setting restarts none of them:
# when a switch changes, Compose makes only this container anew.
set -eu
: "${SHOP_NET:?}" "${REPLICATION:=sync}" "${FAILOVER:=default}"

case "$REPLICATION" in
sync) synchronous=true ;;
async) synchronous=false ;;
*)
    echo "REPLICATION is '$REPLICATION'; it must be 'sync' or 'async'" >&2
    exit 64
    ;;
esac
case "$FAILOVER" in
default) times='"ttl": 10, "loop_wait": 2, "retry_timeout": 3' ;;
fast) times='"ttl": 5, "loop_wait": 1, "retry_timeout": 2' ;;
*)
    echo "FAILOVER is '$FAILOVER'; it must be 'default' or 'fast'" >&2
    exit 64
    ;;
esac

# A cut-off replica may be far behind in asynchronous mode, and is to be promoted all the same: what is lost is the claim.
lag=1048576
if [ "$synchronous" = false ]; then lag=1073741824; fi
wanted="{\"synchronous_mode\": $synchronous, \"maximum_lag_on_failover\": $lag, $times}"

rm -f /tmp/applied
while :; do
    for number in 1 2 3; do
        if curl -fsS -m 3 -X PATCH -d "$wanted" "http://$SHOP_NET.3$number:8008/config" >/tmp/now 2>/dev/null; then
            touch /tmp/applied
            echo "set: $wanted"
            trap 'exit 0' TERM INT
            sleep infinity &
            wait $!
        fi
    done
    sleep 1
done
