# Starts a RabbitMQ node. Debian's wrapper in the path hides what the node prints; the server itself does not.
set -eu
: "${NODE:?}"
printf 'shop-of-shakedown' >/var/lib/rabbitmq/.erlang.cookie
chmod 600 /var/lib/rabbitmq/.erlang.cookie
export HOME=/var/lib/rabbitmq
export RABBITMQ_NODENAME="rabbit@$NODE"
# One scheduler that does not spin: three idle nodes cost 1 % of a core instead of 10.
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none"
exec /usr/lib/rabbitmq/bin/rabbitmq-server
