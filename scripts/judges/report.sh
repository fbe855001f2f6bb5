# A browser before the load generator's report: every chart is drawn, and nothing is fetched from elsewhere or fails.
# Sourced by scripts/judges.sh.

if [ ! -e "$folder/report.html" ]; then
	bin/zload fill --admin-url "$admin" --users 4 --messages 50 >/dev/null
	run_step bin/zload run --admin-url "$admin" --url "http://127.0.0.1:$server_port/" --users 4 --duration 10s --compress 100 \
		--html "$folder/report.html" >/dev/null || [ $? = 3 ] || fail "zload ended with status $?" # 3: on a busy machine the figures are void
fi
chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync \
	--user-data-dir="$folder/chromium" --enable-logging=stderr --dump-dom "file://$folder/report.html" >"$folder/dom.html" 2>"$folder/chromium.log"
if grep -E 'CONSOLE.*(Error|Refused|Failed)' "$folder/chromium.log" >&2; then
	fail "the report has errors in the browser (see above)"
fi
charts=$(grep -o '<svg' "$folder/dom.html" | wc -l)
[ "$charts" -ge 3 ] || fail "the browser shows $charts charts of the report, at least 3 were expected"
echo "report: $charts charts"
