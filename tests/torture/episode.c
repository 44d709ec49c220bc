// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <stdlib.h>

#include "disk.h"
#include "episode.h"
#include "exec.h"
#include "flushes.h"
#include "history.h"
#include "model.h"
#include "trouble.h"

struct player {
	struct worker worker;
	pthread_t thread;
	const struct op_list *list;
	u32 *next;
};

static void play_alone(struct worker *w, const struct op *op)
{
	if (op->kind == OP_CUT)
		life_power_off(op);	/* under everybody's hands */
	pthread_rwlock_wrlock(&world.gate);
	if (!world.failed)
		exec_op(w, op);
	pthread_rwlock_unlock(&world.gate);
}

static void *play(void *data)
{
	static pthread_mutex_t alone = PTHREAD_MUTEX_INITIALIZER;
	struct player *p = data;
	u32 i;

	while (!world.failed) {
		const struct op *op;

		i = __atomic_fetch_add(p->next, 1, __ATOMIC_SEQ_CST);
		if (i >= p->list->nr)
			break;
		op = &p->list->ops[i];
		if (op_is_alone(op)) {
			pthread_mutex_lock(&alone);
			play_alone(&p->worker, op);
			pthread_mutex_unlock(&alone);
			continue;
		}
		pthread_rwlock_rdlock(&world.gate);
		exec_op(&p->worker, op);
		pthread_rwlock_unlock(&world.gate);
	}
	return NULL;
}

static u32 play_list(const struct op_list *list, u32 threads)
{
	struct player *players = calloc(threads, sizeof(*players));
	u32 next = 0, i;

	if (!players)
		die("no memory");
	for (i = 0; i < threads; i++) {
		players[i].list = list;
		players[i].next = &next;
		worker_init(&players[i].worker, i);
		if (pthread_create(&players[i].thread, NULL, play, &players[i]))
			die("no thread");
	}
	for (i = 0; i < threads; i++) {
		pthread_join(players[i].thread, NULL);
		worker_exit(&players[i].worker);
	}
	free(players);
	return next;
}

static void gate_init(void)
{
	pthread_rwlockattr_t attr;

	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&world.gate, &attr);
}

void world_begin(void)
{
	gate_init();
	world.run++;
	world.failed = false;
	history_init();
	model_init(world.shape.sectors);
	trouble_init(world.shape.sectors);
	flushes_init();
	disks_create();
	life_start(true);
}

void world_end(void)
{
	disks_revive();
	life_stop();
	disks_remove();
	trouble_exit();
	model_exit();
}

bool episode_play(const struct op_list *list, u32 threads, u32 *used)
{
	*used = 0;
	world_begin();
	if (!world.failed)
		*used = play_list(list, threads);
	world_end();
	return !world.failed;
}
