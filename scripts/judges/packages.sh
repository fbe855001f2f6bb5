# The packages: built twice, in two folders, they are the same bytes; dpkg takes them apart, and what is in them runs. It takes some minutes. A
# system that boots with them would need systemd-nspawn and root, and is not part of it. Sourced by scripts/judges.sh.

packages=$folder/packages
package_version=$(cat VERSION)+judge
mkdir -p "$packages"
git clone -q . "$packages/clone"
run_step scripts/packages.sh "$package_version" "$packages/first" || fail "the packages cannot be built (see above)"
run_step "$packages/clone/scripts/packages.sh" "$package_version" "$packages/second" || fail "the packages cannot be built in another folder (see above)"
diff -r "$packages/first" "$packages/second" >&2 || fail "the packages of two folders differ; is everything committed?"
[ "$(find "$packages/first" -type f | wc -l)" = 12 ] || fail "12 packages and images were expected: $(ls "$packages/first")"
for package in "$packages"/first/*.deb; do
	dpkg-deb --info "$package" >/dev/null && dpkg-deb --contents "$package" >/dev/null || fail "dpkg cannot read $package"
done
dpkg-deb --extract "$packages/first/zarafa_$(cat VERSION)-1_$(dpkg --print-architecture).deb" "$packages/root"
for program in "$packages"/root/usr/sbin/zarafa-* "$packages"/root/usr/bin/zarafa; do
	"$program" --version | grep -qF "$package_version" || fail "$program does not say its version"
done
"$packages/root/usr/bin/zarafa" quickstart example.com "$packages/quick" | grep -q virtual_transport || fail "zarafa quickstart of the package fails"
echo "packages: the same in two folders, and the programs in them run"
