# Functions of the scripts that install or start servers; they source this file. run_step keeps the process group of
# the running step in step, which clean_up of the script ends. A script that calls install_packages has a function fail,
# which says what is wrong in the script's name and ends it.

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

# install_packages installs Debian packages with apt-get, through sudo if this user is not root. Its first argument says what
# the user can do instead, for the messages when it cannot; the others are the packages.
install_packages() {
	local instead=$1
	shift
	local -a as_root=()
	command -v apt-get >/dev/null || fail "$* must be installed and there is no apt-get to do it; $instead"
	if [ "$(id -u)" != 0 ]; then
		sudo -n true 2>/dev/null || fail "$* must be installed and this user may not; run 'sudo apt-get install $*', or $instead"
		as_root=(sudo -n)
	fi
	echo "${0##*/}: installing $*" >&2
	# RUNLEVEL=1 keeps packages from starting services of the system.
	as_root+=(env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1)
	"${as_root[@]}" apt-get update -q >&2 &&
		"${as_root[@]}" apt-get install -q -y --no-install-recommends "$@" >&2 ||
		fail "apt-get could not install $* (see above); $instead"
}
