# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced in the guest by the endurance run: what the kernel holds when all devices are gone,
# and how long I/O takes; the same at the end as at the start.

# The caches that dm-remap, device-mapper and the block layer take from, as "cache objects".
slab_objects() {
	awk 'NR > 2 && /^(kmalloc-[0-9]|bio|biovec|dm_|radix_tree|xarray|kernfs|bdev|blkdev|request|pool_workqueue|workqueue|task_struct|vmap_area|filp|inode_cache|sighand)/ {
		print $1, $2
	}' /proc/slabinfo
}

# vmalloc by its callers, without addresses: "caller pages"
vmalloc_by_caller() {
	awk '{ for (i = 3; i <= NF; i++) if ($i ~ /^pages=/) { split($i, p, "="); sum[$3] += p[2] } }
		END { for (c in sum) print c, sum[c] }' /proc/vmallocinfo | sort
}

settle() {
	sync
	sleep 2
	echo 3 >/proc/sys/vm/drop_caches
	local cache
	for cache in /sys/kernel/slab/*/shrink; do
		echo 1 2>/dev/null >"$cache" || true
	done
	sleep 1
	echo 3 >/proc/sys/vm/drop_caches
}

meminfo() { awk -v key="$1:" '$1 == key { print $2 }' /proc/meminfo; }

kernel_threads() {
	local dir line n=0
	for dir in /proc/[0-9]*; do
		line=
		IFS= read -r -d '' line 2>/dev/null <"$dir/cmdline" || true
		[[ $line ]] || n=$((n + 1))
	done
	echo $n
}

# sample FILE: one line a figure, "name value"
sample() {
	local file=$1
	"$TORTURE/torture" --latency | awk '/^latency/ { print "latency_median_us", $2; print "latency_99th_us", $3 }' >"$file"
	settle
	{
		local key
		for key in MemAvailable Slab SUnreclaim KernelStack VmallocUsed PageTables Percpu; do
			echo "$key $(meminfo $key)"
		done
		echo "tasks $(find /proc -maxdepth 1 -name '[0-9]*' | wc -l)"
		echo "kernel_threads $(kernel_threads)"
		echo "dm_devices $(dmsetup ls 2>/dev/null | grep -vc '^No devices' || true)"
		echo "vmalloc_of_ours $(grep -cE '\[(dm_remap_core|testdisk)\]' /proc/vmallocinfo || true)"
		[[ ! -r /proc/allocinfo ]] || echo "allocinfo_of_ours $(awk '/dm_remap_core/ { n += $1 } END { print n + 0 }' /proc/allocinfo)"
		slab_objects | sed 's/^/slab_/'
	} >>"$file"
	vmalloc_by_caller >"$file.vmalloc"
}

KMEMLEAK=/sys/kernel/debug/kmemleak

# What our modules allocated and nobody points at any more, if the kernel looks for that: what two
# scans did not find, once it is five seconds old. While the modules are loaded: later, the
# backtraces have no names. Fails if there is any.
no_leaks() {
	sleep 6
	echo scan >$KMEMLEAK
	echo scan >$KMEMLEAK
	awk -v RS='unreferenced object ' -v ORS= '
		/\[(dm_remap_core|testdisk)\]/ { print "unreferenced object " $0; bad++ }
		END { exit bad > 0 }' $KMEMLEAK
}

# Other things run on the machine too: of several samples, the least of each figure that is about
# time, the middle of the others.
summary() {
	awk '{ n[$1]++; v[$1, n[$1]] = $2 }
	END { for (k in n) {
		for (i = 2; i <= n[k]; i++)
			for (j = i; j > 1 && v[k, j] + 0 < v[k, j - 1] + 0; j--) {
				t = v[k, j]; v[k, j] = v[k, j - 1]; v[k, j - 1] = t }
		print k, v[k, k ~ /^latency/ ? 1 : int((n[k] + 1) / 2)] } }' "$@"
}

# compare FIRST LAST: figures that are out of tolerance. Memory in use: 2 percent and 4 MiB;
# available: 4 percent, since that moves by itself. Objects of a cache: 3 percent and 300. Threads,
# devices, memory of ours: none. Latency: a quarter.
compare() {
	awk '
	function out(text) { print $1 " was " first[$1] ", is " $2 text; bad++ }
	NR == FNR { first[$1] = $2; next }
	{ a = first[$1] + 0; b = $2 + 0 }
	$1 == "MemAvailable" { if (b < a * 0.96) out(" KiB"); next }
	/^(Slab|SUnreclaim|KernelStack|VmallocUsed|PageTables|Percpu) / {
		if (b > a * 1.02 && b - a > 4096) out(" KiB"); next }
	/^tasks |^kernel_threads / { if (b > a + 6) out(""); next }
	/^dm_devices|_of_ours / { if (b > a) out(""); next }
	/^slab_/ { if (b > a * 1.03 && b - a > 300) out(" objects"); next }
	/^latency/ { if (b > a * 1.25 + 3) out(" us"); next }
	END { exit bad > 0 }' "$1" "$2"
}

# endurance SECONDS SEED SHRINK
endurance() {
	local seconds=$1 seed=$2 shrink=$3 slice=600 n=0 end=$((SECONDS + $1))
	((seconds >= 2400)) || slice=$((seconds / 6))
	while ((SECONDS < end)); do
		torture_ok "slice $n: $slice s of everything, seeds from $seed" --time $slice \
			--seed "$seed" --shrink "$shrink"
		sample "/run/sample.$n"
		diag "after slice $n: $(tr '\n' ' ' <"/run/sample.$n")"
		seed=$((seed + 10000)) n=$((n + 1))
	done
	((n >= 4)) || bail "only $n slices"
	# the first slice is the warm-up, the next two are the start; the last two are the end
	summary /run/sample.{0,1,2} >/run/start
	summary "/run/sample.$((n - 2))" "/run/sample.$((n - 1))" >/run/end
	ok "the kernel holds as much at the end as at the start, and I/O takes as long" \
		compare /run/start /run/end
	diag "$(diff /run/sample.0.vmalloc "/run/sample.$((n - 1)).vmalloc" || true)"
	if [[ -e $KMEMLEAK ]]; then
		ok "kmemleak finds nothing that our modules have forgotten" no_leaks
	fi
	ok "the core is not in use any more and goes" rmmod dm_remap_core
	ok "nothing of it stays in vmalloc" bash -c '! grep -q dm_remap /proc/vmallocinfo'
}
