// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "klog.h"
#include "say.h"

void klog_begin(struct klog *log)
{
	log->fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (log->fd >= 0)
		lseek(log->fd, 0, SEEK_END);
}

void klog_end(struct klog *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}

/* The text of a record "6,123,456,-;text\n KEY=value" */
static char *text_of(char *record)
{
	char *text = strchr(record, ';');

	if (!text)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text + 1;
}

/* "device-mapper: remap: name: why", and the same of the scanner */
static const char *why(const char *text, const char *name)
{
	static const char * const prefixes[] = {
		"device-mapper: remap: ", "device-mapper: remap-scanner: "
	};
	size_t length = strlen(name);
	unsigned int i;

	for (i = 0; i < 2; i++) {
		size_t n = strlen(prefixes[i]);

		if (!strncmp(text, prefixes[i], n) && !strncmp(text + n, name, length) &&
		    !strncmp(text + n + length, ": ", 2))
			return text + n + length + 2;
	}
	return NULL;
}

bool klog_tell(struct klog *log, const char *name)
{
	char record[8192];
	bool told = false;

	/* EPIPE: the oldest records were overwritten; go on with the others */
	while (log->fd >= 0) {
		ssize_t n = read(log->fd, record, sizeof(record) - 1);
		const char *text, *reason;

		if (n < 0 && errno == EPIPE)
			continue;
		if (n <= 0)
			break;
		record[n] = '\0';
		text = text_of(record);
		reason = text ? why(text, name) : NULL;
		if (!reason)
			continue;
		fail(0, "the kernel says: %s", reason);
		told = true;
	}
	return told;
}
