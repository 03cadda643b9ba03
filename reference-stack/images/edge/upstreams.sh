# Prints one upstream per service, from what DNS knows of it now. A service that DNS does not know keeps its last
# instances (nginx refuses an empty upstream, and they may come back); at the very first it gets none that answers.
service() { # name, DNS names…
    name=$1
    shift
    found=$(for host; do getent ahostsv4 "$host"; done | awk '{ print $1 }' | sort -u)
    if [ -z "$found" ]; then
        last=$(sed -n "/^upstream direct-$name {/,/^}/p" /etc/nginx/direct.conf)
        if [ -n "$last" ]; then
            echo "$last"
        else
            printf 'upstream direct-%s {\n    server 127.0.0.1:9;\n}\n' "$name"
        fi
        return
    fi
    printf 'upstream direct-%s {\n    zone direct-%s 64k;\n' "$name" "$name"
    # Whoever keeps sessions in memory needs its users back.
    if [ "$name" = sessions ]; then echo '    hash $cookie_session$http_authorization consistent;'; fi
    weight=1
    # The counter-run of "evenly": the first instance gets twice its share.
    if [ "$EDGE_WEIGHTS" = double ]; then weight=2; fi
    for address in $found; do
        echo "    server $address:8080 max_fails=2 fail_timeout=5s weight=$weight;"
        weight=1
    done
    printf '    keepalive 32;\n}\n'
}

service catalog catalog
service orders orders
service inventory inventory
service payments payments
service shipments shipments
service sessions sessions
service notifier notifier-email notifier-whatsapp notifier-sms
