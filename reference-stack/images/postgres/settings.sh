# Sets the cluster up as the switches say. Apart from the members, so that another setting restarts none of them: when a
# switch changes, Compose makes only this container anew, and it is healthy once the cluster does what it was told.
set -eu
: "${SHOP_NET:?}" "${REPLICATION:=sync}" "${FAILOVER:=default}" "${LEADER:=any}"

wrong() {
    echo "$1 is '$2'; it must be $3" >&2
    exit 64
}

case "$REPLICATION" in
sync) synchronous=true lag=1048576 ;;
# A replica that is far behind is promoted all the same: what is lost then is what the claim is about.
async) synchronous=false lag=1073741824 ;;
*) wrong REPLICATION "$REPLICATION" "'sync' or 'async'" ;;
esac
case "$FAILOVER" in
default) times='"ttl": 10, "loop_wait": 2, "retry_timeout": 3' ;;
fast) times='"ttl": 5, "loop_wait": 1, "retry_timeout": 2' ;;
slow) times='"ttl": 60, "loop_wait": 10, "retry_timeout": 10' ;;
*) wrong FAILOVER "$FAILOVER" "'default', 'fast' or 'slow'" ;;
esac
case "$LEADER" in
any | pg-1 | pg-2 | pg-3) ;;
*) wrong LEADER "$LEADER" "'any', 'pg-1', 'pg-2' or 'pg-3'" ;;
esac

patroni() { # member's number, curl's arguments…
    number=$1
    shift
    curl -fsS -m 15 "$@" "http://$SHOP_NET.3$number:8008$path" 2>/dev/null
}

configured() { # synchronous or not
    path=/config
    for number in 1 2 3; do
        if patroni "$number" -X PATCH -d "{\"synchronous_mode\": $1, \"maximum_lag_on_failover\": $lag, $times}"; then
            return 0
        fi
    done
    return 1
}

# Whether the member that is to lead does; if not, the one that leads is asked to hand over. A synchronous cluster hands
# over to its synchronous standby only: for another one it is asynchronous for a moment.
led() {
    [ "$LEADER" = any ] && return 0
    path=/primary
    patroni "${LEADER#pg-}" >/dev/null && return 0
    for leader in 1 2 3; do
        path=/primary
        patroni "$leader" >/dev/null || continue
        path=/switchover
        if ! patroni "$leader" -X POST -d "{\"leader\": \"pg-$leader\", \"candidate\": \"$LEADER\"}"; then
            configured false || true
        fi
        echo
    done
    return 1
}

# Whether the cluster could stand a failover now: every member streams, and a synchronous one has its standby. A primary
# that dies before that has no successor.
settled() {
    path=/cluster
    for number in 1 2 3; do
        members=$(patroni "$number") || continue
        [ "$(echo "$members" | grep -o '"state": "\(running\|streaming\)"' | wc -l)" = 3 ] || return 1
        [ "$synchronous" = false ] || echo "$members" | grep -q '"role": "sync_standby"'
        return
    done
    return 1
}

until configured "$synchronous"; do sleep 1; done
echo
until led; do sleep 1; done
until configured "$synchronous"; do sleep 1; done
echo
until settled; do sleep 0.5; done
touch /tmp/applied
echo "REPLICATION=$REPLICATION FAILOVER=$FAILOVER LEADER=$LEADER"
trap 'exit 0' TERM INT
sleep infinity &
wait $!
