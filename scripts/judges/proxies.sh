# Reverse proxies between clients and the server, as providers have them: simulated users of Outlook work through each without an error.
# Sourced by scripts/judges.sh, which has started the server.

bin/zload fill --admin-url "$admin" --users 4 --messages 50 >/dev/null

mkdir -p "$folder/nginx"
free_port && nginx_port=$port
cat >"$folder/nginx/nginx.conf" <<CONF
user $(id -un) $(id -gn); # another one's workers cannot write into this folder
pid $folder/nginx/pid;
error_log stderr;
events {}
http {
	access_log off;
	client_body_temp_path $folder/nginx/body;
	proxy_temp_path $folder/nginx/proxy;
	fastcgi_temp_path $folder/nginx/fastcgi;
	uwsgi_temp_path $folder/nginx/uwsgi;
	scgi_temp_path $folder/nginx/scgi;
	client_max_body_size 100m;
	server {
		listen 127.0.0.1:$nginx_port;
		location /zarafa {
			proxy_pass http://127.0.0.1:$server_port;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_read_timeout 90s;
		}
	}
}
CONF
nginx -c "$folder/nginx/nginx.conf" -p "$folder/nginx" -g 'daemon off;' &
pids+=($!)
until_listening $! "$nginx_port"

free_port && haproxy_port=$port
cat >"$folder/haproxy.cfg" <<CONF
defaults
	mode http
	timeout connect 5s
	timeout client 90s
	timeout server 90s
frontend zarafa
	bind 127.0.0.1:$haproxy_port
	default_backend zarafa
backend zarafa
	server one 127.0.0.1:$server_port
CONF
haproxy -db -f "$folder/haproxy.cfg" &
pids+=($!)
until_listening $! "$haproxy_port"

# Status 3 says that the machine was too busy for the figures to say anything about the server. They are not what is judged here; an error or a
# wrong answer has another status.
for proxy in nginx:$nginx_port haproxy:$haproxy_port; do
	status=0
	run_step bin/zload run --admin-url "$admin" --url "http://127.0.0.1:${proxy#*:}/zarafa" --users 4 --duration 15s --compress 100 \
		--json "$folder/${proxy%:*}.json" --html "$folder/report.html" >"$folder/zload.log" || status=$?
	[ "$status" = 0 ] || [ "$status" = 3 ] || { cat "$folder/zload.log" >&2; fail "zload behind ${proxy%:*} ended with status $status"; }
	! grep -E '[1-9][0-9]* errors?$|[1-9][0-9]* errors ' "$folder/zload.log" >&2 || fail "users behind ${proxy%:*} had errors (see above)"
	grep 'users of profile' "$folder/zload.log" | sed "s/^/${proxy%:*}: /"
done
