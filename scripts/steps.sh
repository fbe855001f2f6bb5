# Functions of the scripts that start servers; they source this file. run_step keeps the process group of
# the running step in step, which clean_up of the script ends.

# run_step runs a command in a process group of its own, so that Ctrl-C reaches this script alone, which
# then stops everything in order. It waits in a way that a signal interrupts.
run_step() {
	local status=0
	set -m
	"$@" &
	step=$!
	set +m
	wait "$step" || status=$?
	step=
	return "$status"
}

# healthy asks the server with a status port whether it is ready.
healthy() {
	local answer=
	exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
	printf 'GET /healthz HTTP/1.0\r\n\r\n' >&3
	read -r answer <&3 || true
	exec 3>&-
	[[ $answer == *" 200 "* ]]
} 2>/dev/null
