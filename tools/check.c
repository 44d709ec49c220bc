// SPDX-License-Identifier: GPL-2.0-only
/* check: what is wrong with a spare. Writes nothing, ever. */
#include <stdio.h>

#include <linux/kernel.h>

#include "findings_main.h"
#include "offline.h"

static const char *result(const struct findings *found)
{
	if (found->not_a_spare)
		return "not-a-spare";
	return found->worst == NOTE ? "clean" : findings_severity(found->worst);
}

static const char *result_in_words(const struct findings *found)
{
	if (found->not_a_spare)
		return "not a spare of dm-remap";
	if (found->worst == REFUSED)
		return "it does not start as it is";
	return found->worst == HEALS ? "it starts, and the start puts it right" : "all is well";
}

static struct json_object *finding_json(const struct finding *f)
{
	struct json_object *o = json_object_new_object();

	json_put_text(o, "severity", findings_severity(f->severity));
	json_put_text(o, "what", f->what);
	json_put_text(o, "means", f->means);
	json_put_text(o, "advice", f->advice);
	return o;
}

static void map_json(struct json_object *o, const struct inspection *spare)
{
	json_put_text(o, "uuid", offline_uuid(spare->super.uuid));
	json_put_u64(o, "spare_blocks", spare->super.spare_blocks);
	if (!spare->standing)
		return;
	json_put_u64(o, "remapped", spare->mapped);
	json_put_u64(o, "bad", spare->bad);
	json_put_u64(o, "lost", spare->lost);
}

static int print_json(const char *path, const struct inspection *spare,
		      const struct findings *found)
{
	struct json_object *o = json_object_new_object(), *list = json_object_new_array();
	size_t i;

	json_put_u64(o, "version", JSON_VERSION);
	json_put_text(o, "device", path);
	json_put_text(o, "result", result(found));
	if (!spare->super_error)
		map_json(o, spare);
	for (i = 0; i < found->nr; i++)
		json_object_array_add(list, finding_json(&found->list[i]));
	json_object_object_add(o, "findings", list);
	return offline_print_json(o);
}

static void print_map(const struct inspection *spare)
{
	printf("spare %s, %u blocks of %u bytes\n", offline_uuid(spare->super.uuid),
	       spare->super.spare_blocks, spare->super.block_size);
	if (!spare->standing)
		return;
	printf("remapped blocks: %u, spare blocks that are bad: %u, logical blocks that are lost: %llu\n",
	       spare->mapped, spare->bad, (unsigned long long)spare->lost);
}

static int print_text(const char *path, const struct inspection *spare,
		      const struct findings *found)
{
	size_t i;

	if (!spare->super_error)
		print_map(spare);
	for (i = 0; i < found->nr; i++) {
		const struct finding *f = &found->list[i];

		printf("\n%s: %s\n    meaning: %s\n    to do:   %s\n",
		       findings_severity(f->severity), f->what, f->means, f->advice);
	}
	printf("%s%s: %s\n", found->nr ? "\n" : "", path, result_in_words(found));
	return OK;
}

static int judge(const struct call *call, struct inspection *spare, const struct disk *main)
{
	struct findings found;
	int r;

	if (findings_of(&found, spare) ||
	    (main && findings_main(&found, spare, main)) || found.no_memory)
		r = no_memory();
	else if (given(call, OPT_JSON))
		r = print_json(call->args[0], spare, &found);
	else
		r = print_text(call->args[0], spare, &found);
	r = r ? r : findings_exit_code(&found);
	findings_free(&found);
	return r;
}

static int look(const struct call *call, const struct disk *main)
{
	struct inspection spare;
	struct offline o;
	int r;

	r = offline_open(&o, call, call->args[0], STORE_READ);
	if (r)
		return r;
	r = offline_inspect(&o, call, &spare);
	if (!r)
		r = judge(call, &spare, main);
	inspect_free(&spare);
	offline_close(&o);
	return r;
}

static int run(const struct call *call)
{
	struct disk main;
	int r;

	if (!given(call, OPT_DATA_DEVICE))
		return look(call, NULL);
	r = disk_open(&main, call->value[OPT_DATA_DEVICE], DISK_IMAGE);
	if (r)
		return r;
	r = look(call, &main);
	disk_close(&main);
	return r;
}

static const struct verb_option options[] = {
	{ OPT_DATA_DEVICE, "the main device, to look at as well" },
	{ OPT_JSON, "print JSON" },
	{ OPT_SPARE_START, "the spare area begins there on its device" },
	{ OPT_HELP }
};

const struct verb verb_check = {
	.name = "check",
	.usage = "<spare>",
	.summary = "say what is wrong with a spare; writes nothing",
	.details = "Reads all metadata of a spare, or of an image of one, and says what is wrong with\n"
		   "which copy of what, what that means for the data, and what to do. Nothing is\n"
		   "written. It goes by the kernel's own rules. With --data-device also whether that\n"
		   "is the main device, by identity and size, and was not changed without its spare\n"
		   "since the last clean stop.\n"
		   "\n"
		   "Exit codes: 0 all is well, 6 wrong, and the next start puts it right, 7 the kernel\n"
		   "does not start it, 4 not a spare; else as always.",
	.min_args = 1,
	.max_args = 1,
	.options = options,
	.run = run,
};
