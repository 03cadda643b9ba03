# Starts nginx, and renews its list of instances when DNS says that they have changed.
set -eu
: "${SHOP_NET:=10.71.0}" "${EDGE_WEIGHTS:=even}" "${SHEDDING:=on}"

case "$EDGE_WEIGHTS" in
even | double) ;;
*)
    echo "EDGE_WEIGHTS is '$EDGE_WEIGHTS'; it must be 'even' or 'double'" >&2
    exit 64
    ;;
esac

# Orders under way at once: a fifth of a second's worth; without shedding, what this container's memory carries.
case "$SHEDDING" in
on) orders=40 ;;
off) orders=1000 ;;
*)
    echo "SHEDDING is '$SHEDDING'; it must be 'on' or 'off'" >&2
    exit 64
    ;;
esac
echo "limit_conn ordering $orders;" >/etc/nginx/shedding.conf

balanced() { printf 'upstream balanced-%s { server %s.12:%s max_fails=0; keepalive 64; }\n' "$1" "$SHOP_NET" "$2"; }
{
    balanced catalog 8101
    balanced orders 8102
    balanced inventory 8103
    balanced payments 8104
    balanced shipments 8105
    balanced sessions 8106
    balanced notifier 8107
} >/etc/nginx/balanced.conf

: >/etc/nginx/direct.conf
sh /upstreams.sh >/etc/nginx/direct.conf
nginx -g 'daemon off;' &
nginx=$!
trap 'kill -QUIT "$nginx"; wait "$nginx"; exit 0' QUIT TERM INT

while kill -0 "$nginx" 2>/dev/null; do
    sleep 2 &
    wait $!
    sh /upstreams.sh >/tmp/direct.conf
    if ! cmp -s /tmp/direct.conf /etc/nginx/direct.conf; then
        cp /tmp/direct.conf /etc/nginx/direct.conf
        nginx -s reload
    fi
done
wait "$nginx"
