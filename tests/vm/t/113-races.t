# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# summary: many threads against repairs, moves and suspends of the same blocks
# timeout: 90

# shellcheck source=/dev/null
. "$VM_DIR/lib.sh"

M=/dev/disk/main S=/dev/disk/spare D=/dev/mapper/r
OPTIONS="confirm_ms=20 storm_limit=1000000"

# The workload. Each sector carries its number and a version. Writers lock the
# sectors of their range, so each sector has one last version at any time; no lock of
# theirs keeps them out of each other's blocks. Readers lock nothing: a sector that nobody
# wrote while they read must have exactly its last version.
build_workload() {
	cat >/run/races.c <<-'C'
		#define _GNU_SOURCE
		#include <errno.h>
		#include <fcntl.h>
		#include <pthread.h>
		#include <stdatomic.h>
		#include <stdbool.h>
		#include <stdint.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>
		#include <time.h>
		#include <unistd.h>

		#define WORDS 64
		#define MAX_RUN 64
		#define MAX_THREADS 64

		static const char *path;
		static int count, stop;
		static atomic_uint *locked, *issued, *acked;
		static atomic_uint clock_ = 1;
		static atomic_long writes, reads, lost, wrong;

		/* Version 1 is the state before: its sectors may turn out to be lost. */
		static void fill(uint64_t *w, uint64_t sector, uint64_t version)
		{
			for (int i = 0; i < WORDS; i += 2) {
				w[i] = sector;
				w[i + 1] = version + ((uint64_t)i << 40);
			}
		}

		static void check(const uint64_t *w, int sector, unsigned int want)
		{
			uint64_t good[WORDS];

			fill(good, sector, want);
			if (!memcmp(w, good, sizeof(good)))
				return;
			if (wrong++ < 20)
				printf("sector %d: version %u expected, found sector %lld version %lld\n", sector,
				       want, (long long)w[0], (long long)w[1]);
		}

		static void complain(const char *what, int sector, int n)
		{
			if (wrong++ < 20)
				printf("%s of %d+%d: %s\n", what, sector, n, strerror(errno));
		}

		static unsigned int roll(unsigned int *seed, unsigned int n)
		{
			return rand_r(seed) % n;
		}

		static void write_some(int fd, uint64_t *buf, unsigned int *seed)
		{
			int start = roll(seed, count), max = roll(seed, 3) ? 1 + roll(seed, 9) : 1 + roll(seed, MAX_RUN);
			unsigned int zero, version;
			int n = 0;

			while (n < max && start + n < count) {
				zero = 0;
				if (!atomic_compare_exchange_strong(&locked[start + n], &zero, 1))
					break;
				n++;
			}
			if (!n)
				return;
			version = ++clock_;
			for (int i = 0; i < n; i++) {
				fill(buf + i * WORDS, start + i, version);
				issued[start + i] = version;
			}
			if (pwrite(fd, buf, n * 512, start * 512L) == n * 512)
				for (int i = 0; i < n; i++)
					acked[start + i] = version;
			else
				complain("write", start, n);
			for (int i = 0; i < n; i++)
				locked[start + i] = 0;
			writes++;
		}

		static void read_some(int fd, uint64_t *buf, unsigned int *seed)
		{
			int start = roll(seed, count), n = 1 + roll(seed, roll(seed, 3) ? 8 : MAX_RUN);
			unsigned int before[MAX_RUN];
			bool old = false;

			if (start + n > count)
				n = count - start;
			for (int i = 0; i < n; i++) {
				before[i] = acked[start + i];
				old |= before[i] == 1;
			}
			reads++;
			if (pread(fd, buf, n * 512, start * 512L) != n * 512) {
				lost += old;
				if (!old)
					complain("read", start, n);
				return;
			}
			for (int i = 0; i < n; i++)
				if (issued[start + i] == before[i])
					check(buf + i * WORDS, start + i, before[i]);
		}

		static void *work(void *arg)
		{
			unsigned int seed = (uintptr_t)arg * 7919 + 1;
			int fd = open(path, O_RDWR | O_DIRECT);
			void *buf;

			if (fd < 0 || posix_memalign(&buf, 4096, MAX_RUN * 512))
				exit(2);
			while (!stop) {
				if ((uintptr_t)arg % 4)
					write_some(fd, buf, &seed);
				else
					read_some(fd, buf, &seed);
			}
			return NULL;
		}

		/* All that was acknowledged, sector by sector. */
		static void check_all(void)
		{
			int fd = open(path, O_RDONLY | O_DIRECT);
			void *buf;

			if (fd < 0 || posix_memalign(&buf, 4096, MAX_RUN * 512))
				exit(2);
			for (int s = 0; s < count; s++) {
				if (pread(fd, buf, 512, s * 512L) == 512)
					check(buf, s, acked[s]);
				else if (acked[s] == 1)
					lost++;
				else
					complain("read", s, 1);
			}
		}

		static void format(void)
		{
			int fd = open(path, O_RDWR | O_DIRECT);
			void *buf;

			if (fd < 0 || posix_memalign(&buf, 4096, MAX_RUN * 512))
				exit(2);
			for (int s = 0; s < count; s += MAX_RUN) {
				for (int i = 0; i < MAX_RUN; i++) {
					fill((uint64_t *)buf + i * WORDS, s + i, 1);
					if (s + i < count)
						acked[s + i] = issued[s + i] = 1;
				}
				if (pwrite(fd, buf, MAX_RUN * 512, s * 512L) != MAX_RUN * 512)
					complain("write", s, MAX_RUN);
			}
		}

		static void run(int threads, int seconds)
		{
			pthread_t thread[MAX_THREADS];

			for (int i = 0; i < threads; i++)
				pthread_create(&thread[i], NULL, work, (void *)(uintptr_t)(i + clock_));
			sleep(seconds);
			stop = 1;
			for (int i = 0; i < threads; i++)
				pthread_join(thread[i], NULL);
		}

		static void state(const char *file, bool save)
		{
			FILE *f = fopen(file, save ? "w" : "r");
			size_t (*transfer)(void *, size_t, size_t, FILE *) = save ? (void *)fwrite : fread;

			if (!f || transfer((void *)acked, 4, count, f) != (size_t)count || fclose(f))
				exit(2);
			for (int s = 0; s < count; s++) {
				issued[s] = acked[s];
				if (acked[s] > clock_)
					clock_ = acked[s];
			}
		}

		/* races format|run|check DEVICE SECTORS STATE [THREADS SECONDS] */
		int main(int argc, char **argv)
		{
			path = argv[2];
			count = atoi(argv[3]);
			locked = calloc(count, 4);
			issued = calloc(count, 4);
			acked = calloc(count, 4);
			setvbuf(stdout, NULL, _IOLBF, 0);
			if (!strcmp(argv[1], "format"))
				format();
			else
				state(argv[4], false);
			if (!strcmp(argv[1], "run") && argc == 7)
				run(atoi(argv[5]), atoi(argv[6]));
			if (!strcmp(argv[1], "check"))
				check_all();
			else
				state(argv[4], true);
			printf("%ld writes, %ld reads, %ld lost, %ld wrong\n", writes, reads, lost, wrong);
			return wrong != 0;
		}
	C
	gcc -O1 -w -pthread -o /run/races /run/races.c
}

races() { /run/races "$1" $D "$COUNT" /run/state "${@:2}"; }

# In the background until the file /run/busy is gone.
move_blocks() {
	local block=0 blocks=$((COUNT / 8))
	while [[ -e /run/busy ]]; do
		dmsetup message r 0 remap $((block % blocks))+7 || return
		block=$((block + 1237))
	done
}

suspend_and_resume() {
	while [[ -e /run/busy ]]; do
		dmsetup suspend "$@" r && dmsetup resume r || return
	done
}

# ended_well PROCESS TEXT
ended_well() {
	local status=0
	wait "$1" || status=$?
	is "$status" 0 "$2"
}

again() { dmsetup remove r && dm_create r "$TABLE 2 $OPTIONS"; }

# fresh SECTORS: an empty map, and a workload over the first so many sectors
fresh() {
	[[ ! -e $D ]] || dmsetup remove r
	[[ ! -e $S ]] || remove_null_blk spare
	make_null_blk spare 32
	dm_create r "$TABLE 3 format $OPTIONS"
	COUNT=$1
	races format
}

verify() {
	ok "$1: all that was acknowledged is there" races check
	again
	ok "$1: after another activation too" races check
}

load_core
make_null_blk main 32
LEN=$(sectors $M)
TABLE="0 $LEN remap $M 0 $S 0"
ok "the workload is built" build_workload

# A small area in which each block has bad sectors: everyone meets in the same repairs.
fresh 1024
BAD=()
for ((sector = 3; sector < COUNT; sector += 5)); do
	BAD+=("+$sector-$((sector + sector % 3))")
done
null_bad main "${BAD[@]}"
ok "24 threads in blocks that are being repaired" races run 24 4
verify "small area"
null_bad main "${BAD[@]/#+/-}"

# A larger one, to have repairs all the time, with the device being suspended meanwhile.
fresh 16384
BAD=()
for ((sector = 5; sector < COUNT; sector += 53)); do
	BAD+=("+$sector-$((sector + sector % 11))")
done
null_bad main "${BAD[@]}"
touch /run/busy
suspend_and_resume >/run/suspend.log 2>&1 &
ok "24 threads over repairs, with suspends between" races run 24 6
rm /run/busy
ended_well $! "all suspends and resumes succeed"
verify "suspended"
null_bad main "${BAD[@]/#+/-}"

# Healthy blocks are moved away under the writers.
fresh 32768
touch /run/busy
move_blocks >/run/moves.log 2>&1 &
ok "24 threads over blocks that are moved" races run 24 6
rm /run/busy
ended_well $! "all moves succeed"
isnt "$(dmsetup status r | cut -d' ' -f9)" 0 "some blocks were moved"
verify "moved"

# All of it at once.
fresh 16384
null_bad main "${BAD[@]}"
touch /run/busy
move_blocks >/run/moves.log 2>&1 &
suspend_and_resume --noflush >/run/suspend.log 2>&1 &
SUSPENDS=$!
ok "24 threads over repairs, moves and suspends" races run 24 6
rm /run/busy
ended_well $SUSPENDS "all suspends and resumes succeed"
wait
verify "all at once"
dmsetup status r
ok "remove" dmsetup remove r
done_testing
