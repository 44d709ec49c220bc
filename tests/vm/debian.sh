# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Debian's registry, as the machine's own apt sources name it: all its suites, through an
# apt configuration of our own, so that the machine's stays as it is. Wants HERE (a directory beside
# tests/vm, or it) and die.
#
# A suite is a code name, with what follows it: trixie, trixie-security, trixie-backports.

DEBIAN_APT=${XDG_CACHE_HOME:-$HOME/.cache}/dm-remap/kernels/apt
DEBIAN_KEYS=/usr/share/keyrings/debian-archive-keyring.gpg
# A list older than this is fetched again before kernels are looked for.
DEBIAN_HOURS=24

# With our own lists, or with DEBIAN_OWN=1 those of the machine.
DEBIAN_OWN=
debian_run() {
	local user=() config=$DEBIAN_APT/apt.conf
	[[ -z $DEBIAN_OWN ]] || config=${APT_CONFIG:-/dev/null}
	# _apt may not write to our cache; without this apt only warns about it.
	[[ $EUID -ne 0 ]] || user=(-o APT::Sandbox::User=root)
	APT_CONFIG=$config timeout 600 "$1" -q "${user[@]}" "${@:2}"
}

debian_get() { debian_run apt-get "$@" >&2; }
debian_cache() { debian_run apt-cache "$@"; }

# Releases that still get kernels, oldest first, and what comes before a release.
debian_releases() {
	awk -F, -v today="$(date +%F)" '
		NR > 1 && ($8 == "" ? $6 == "" || $7 >= today || $6 >= today : $8 >= today) { print $3 }' \
		/usr/share/distro-info/debian.csv
}

# debian_mirror LABEL: the address of Debian or Debian-Security, as this machine has it.
debian_mirror() {
	# shellcheck disable=SC2016 # apt-get expands it
	env -u APT_CONFIG apt-get indextargets 'Identifier: Packages' 'Origin: Debian' "Label: $1" \
		--format '$(REPO_URI)' | sort -u | head -n 1
}

# Suites that a release need not have are there too: what the mirror lacks is left out.
debian_sources() {
	local main security release suite
	main=$(debian_mirror Debian)
	security=$(debian_mirror Debian-Security)
	[[ $main ]] || die "this machine's apt sources name no Debian mirror (is it Debian? try apt-get update)"
	while read -r release; do
		echo "deb [signed-by=$DEBIAN_KEYS] $main $release main"
		# What is not a release has no more.
		[[ $release != sid && $release != experimental ]] || continue
		for suite in "$release"-{updates,backports}; do
			echo "deb [signed-by=$DEBIAN_KEYS] $main $suite main"
		done
		[[ -z $security ]] || echo "deb [signed-by=$DEBIAN_KEYS] $security $release-security main"
	done < <(debian_releases)
}

debian_configure() {
	mkdir -p "$DEBIAN_APT"/{lists,cache,parts}
	touch "$DEBIAN_APT/status"
	debian_sources >"$DEBIAN_APT/sources.list"
	cat >"$DEBIAN_APT/apt.conf" <<-END
		Dir::State "$DEBIAN_APT";
		Dir::State::lists "lists";
		Dir::State::status "$DEBIAN_APT/status";
		Dir::Cache "$DEBIAN_APT/cache";
		Dir::Etc::sourcelist "$DEBIAN_APT/sources.list";
		Dir::Etc::sourceparts "$DEBIAN_APT/parts";
		Dir::Etc::preferences "/dev/null";
		Dir::Etc::preferencesparts "$DEBIAN_APT/parts";
		Acquire::Languages "none";
		APT::Architecture "amd64";
		APT::Architectures "amd64";
	END
}

# debian_update [always]: fetches the lists, when they are old or not there. Suites that do
# not exist make apt-get fail; what counts is that a release and its kernels are there.
debian_update() {
	if [[ -z ${1:-} && $(find "$DEBIAN_APT/updated" -mmin "-$((DEBIAN_HOURS * 60))" 2>/dev/null) ]]; then
		return 0
	fi
	command -v mmdebstrap >/dev/null || "$HERE/../deps" kernels || exit 1
	debian_configure
	(
		flock 7
		debian_get update 2>"$DEBIAN_APT/update.log" || true
	) 7>"$DEBIAN_APT/.lock"
	if [[ -z $(debian_cache pkgnames linux-headers-) ]]; then
		cat "$DEBIAN_APT/update.log" >&2
		die "the lists of Debian's packages cannot be fetched"
	fi
	touch "$DEBIAN_APT/updated"
}

# debian_sources_of RELEASE: the lines of sources.list of that release and what belongs to it. The lists tell which
# suites the mirror has.
debian_sources_of() {
	local line suite
	grep -E " $1(-security|-updates|-backports)? main\$" "$DEBIAN_APT/sources.list" | while read -r line; do
		suite=${line% main}
		suite=${suite##* }
		! debian_cache policy | grep " $suite/main" >/dev/null || echo "$line"
	done
}

# debian_stock headers|image: RELEASE VERSION SUITE of that package of every stock kernel, in all suites.
debian_stock() {
	local packages
	mapfile -t packages < <(debian_cache pkgnames "linux-$1-" |
		grep -E "^linux-$1-[0-9].*-amd64\$" | grep -Ev -- '-(rt|cloud)-')
	debian_cache madison "${packages[@]}" |
		sed -En "s,^ *linux-$1-([0-9][^ ]*) \| *([^ ]*) \| [^ ]+ ([^ /]+)/.*,\1 \2 \3,p"
}

# All stock kernels with headers in all suites: SERIES VERSION RELEASE SUITE, newest last in
# a series. Kernels of a suite that is not released come first: they count where there is no other.
# Headers are there hours before the image, which is signed first: such a kernel is not there yet.
debian_all_kernels() {
	awk 'FNR == NR { image[$1 " " $2] = 1; next } ($1 " " $2) in image' \
		<(debian_stock image) <(debian_stock headers) |
		while read -r release version suite; do
			[[ $version =~ ^[0-9]+\.[0-9]+ ]] || continue
			# A meta package is called by its series: 6.12-amd64, 7.3-amd64.
			[[ $release != "${BASH_REMATCH[0]}-amd64" || $version == *~rc* ]] || continue
			echo "${BASH_REMATCH[0]} $(debian_released "$suite") $version $release $suite"
		done | sort -k1,1V -k2,2n -k3,3V | awk '{ print $1, $3, $4, $5 }'
}

# 1 for a suite that belongs to a release, 0 for what is to become one.
debian_released() {
	awk -F, -v name="${1%%-*}" -v today="$(date +%F)" '
		$3 == name { print ($5 != "" && $5 <= today) ? 1 : 0 }' /usr/share/distro-info/debian.csv
}

# debian_kernels: the newest of each series.
debian_kernels() { debian_all_kernels | awk '{ last[$1] = $0 } END { for (s in last) print last[s] }' | sort -V; }

# debian_kernel SERIES: its line, nothing when there is none.
debian_kernel() { debian_kernels | awk -v series="$1" '$1 == series'; }

# debian_depends PACKAGE PATTERN: the packages it depends on that match.
debian_depends() {
	debian_cache depends --important "$1" | sed -En "s/^ *\|?Depends: ($2)\$/\1/p"
}

# debian_kernel_packages RELEASE: image and headers; newer kernels come in several packages.
debian_kernel_packages() {
	local image=linux-image-$1 headers=linux-headers-$1
	echo "$image"
	debian_depends "$image" 'linux-(base|binary|modules)-[0-9].*'
	echo "$headers"
	debian_depends "$headers" 'linux-(headers|kbuild)-[0-9].*'
}

# debian_at VERSION PACKAGE...: the packages as apt-get wants them named. Tools that several kernels of a series share
# (linux-kbuild-6.1) are there in the newest version only.
debian_at() {
	local version=$1 package
	for package in "${@:2}"; do
		if debian_cache madison "$package" | awk '{ print $3 }' | grep -xF "$version" >/dev/null; then
			echo "$package=$version"
		else
			echo "$package"
		fi
	done
}

# debian_build_packages RELEASE: what building for it needs, without the headers themselves.
debian_build_packages() {
	local headers=linux-headers-$1 package
	debian_depends "$headers" 'gcc-.*|linux-compiler-.*'
	for package in $(debian_depends "$headers" 'linux-kbuild-[0-9].*'); do
		debian_depends "$package" '[^<]*'
	done
	# W=1 checks comments with perl; the compiler need not depend on an assembler by its plain name.
	printf "%s\n" make perl binutils
}
