// SPDX-License-Identifier: GPL-2.0-only
/*
 * A message to a running device. The input: a letter for the size of the answer's buffer,
 * a letter for what the worker says, a line feed, the message.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base.h"
#include "fuzz.h"
#include "recover.h"
#include "words.h"

static const unsigned int sizes[] = { 0, 1, 2, 16, 64, 127, 128, 129, 200, 1000, 4096, 16384 };
static const int errors[] = { 0, -ENOSPC, -EROFS, -EAGAIN, -ESHUTDOWN, -ENODEV, -EBUSY,
			      -ENOMEM, -EPERM, -EUCLEAN, -EIO };

/* What was asked of the worker is what the text says. */
static void check_request(struct life *life, char **argv)
{
	const struct remap_request *req = &life_request;
	u64 first, end;

	assert(req->kind == (!strcmp(argv[0], "remap") ? REMAP_REQUEST_RELOCATE :
			     !strcmp(argv[0], "report") ? REMAP_REQUEST_REPORT :
			     REMAP_REQUEST_RETRY));
	assert(words_range(argv[1], life_dev(life)->map.nr_blocks, &first, &end));
	assert(req->next == first && req->end == end);
}

/* Accepted if and only if it is right; @requests: so many before */
static void check_answer(struct life *life, const char *text, int r, unsigned int requests)
{
	char *copy = strdup(text), **argv;
	int argc;
	bool right;

	dm_split_args(&argc, &argv, copy);
	right = argc && argv[0][0] != '@' &&
		words_message(argc, argv, life_dev(life)->map.nr_blocks);
	if (life_requests != requests)
		check_request(life, argv);
	if (right && life_requests != requests && life_request_error)
		assert(r == life_request_error);
	else
		assert(r == (right ? 1 : -EINVAL));
	free(argv);
	free(copy);
}

static int send(struct life *life, const char *text, char *at, char *result,
		unsigned int maxlen)
{
	memcpy(at, text, strlen(text) + 1);
	/* the answer must not depend on what was wished for before */
	remap_recover_cancel(life_dev(life));
	return life_message(life, at, result, maxlen);
}

/* The answer has a buffer of its own, which ends where it ends. */
static int send_apart(struct life *life, const char *text, char *result, unsigned int maxlen)
{
	char *copy = malloc(strlen(text) + 1);
	int r = send(life, text, copy, result, maxlen);

	free(copy);
	return r;
}

/* In the kernel the answer overwrites the message, which is 8 bytes behind its start. */
static int send_over(struct life *life, const char *text, char *buf, unsigned int maxlen)
{
	return send(life, text, buf + 8, buf, maxlen);
}

/* Every mapped block is listed once, however often one has to ask for more. */
static void check_list(struct life *life, unsigned int maxlen)
{
	unsigned long lines = 0, rounds;
	char text[32] = "list", *result = malloc(maxlen), *line, *rest;

	for (rounds = 0; text[0]; rounds++) {
		assert(rounds <= life_dev(life)->map.remapped);
		assert(send_apart(life, text, result, maxlen) == 1);
		text[0] = 0;
		for (line = strtok_r(result, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
			if (sscanf(line, "more %20s", text + 8) == 1)
				memcpy(text, "list    ", 8);
			else
				lines++;
		}
	}
	assert(lines == life_dev(life)->map.remapped);
	free(result);
}

static void compare(struct life *life, const char *text, unsigned int maxlen)
{
	struct remap_knobs before = life_dev(life)->knobs, after;
	char *apart = malloc(maxlen), *over = malloc(maxlen + strlen(text) + 9);
	unsigned int requests = life_requests;
	int r = send_apart(life, text, apart, maxlen), other;

	check_answer(life, text, r, requests);
	words_check_knobs(life_dev(life));
	after = life_dev(life)->knobs;
	assert(r == 1 || !memcmp(&before, &after, sizeof(before)));
	assert(r != 1 || !maxlen || strnlen(apart, maxlen) < maxlen);
	life_dev(life)->knobs = before;
	other = send_over(life, text, over, maxlen);
	assert(other == r && !memcmp(&after, &life_dev(life)->knobs, sizeof(after)));
	assert(r != 1 || !maxlen || !strcmp(apart, over));
	free(over);
	free(apart);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct life *life = base_running(0);
	unsigned int maxlen;
	char text[1024];

	if (size < 3 || size - 3 >= sizeof(text))
		return 0;
	maxlen = sizes[data[0] % ARRAY_SIZE(sizes)];
	life_request_error = errors[data[1] % ARRAY_SIZE(errors)];
	memcpy(text, data + 3, size - 3);
	text[size - 3] = 0;
	shim_log_clear();
	remap_knobs_init(life_dev(life));
	compare(life, text, maxlen);
	if (!strncmp(text, "list", 4) && maxlen >= 200)
		check_list(life, maxlen);
	return 0;
}
