// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "module_refused.h"

#define MODULE "dm-remap-core"

/*
 * The keys with which DKMS signs, and with which the firmware is to be made familiar. Ubuntu's DKMS
 * uses shim's, and then makes none of its own; elsewhere shim's may be there for other uses.
 */
static const char * const keys[] = {
	"/var/lib/dkms/mok.pub",
	"/var/lib/shim-signed/mok/MOK.der",
};

/* How modprobe knows what there is. */
static bool is_installed(const char *root, const char *release)
{
	char line[4096];
	bool found = false;
	FILE *file;

	snprintf(line, sizeof(line), "%s/lib/modules/%s/modules.dep", root, release);
	file = fopen(line, "re");
	if (!file)
		return false;
	/* the rest of a long line only names what the module depends on */
	while (!found && fgets(line, sizeof(line), file)) {
		line[strcspn(line, ":")] = '\0';
		found = strstr(line, "/" MODULE ".ko");
	}
	fclose(file);
	return found;
}

static void read_line(char *line, size_t size, const char *root, const char *path)
{
	char name[4096];
	FILE *file;

	line[0] = '\0';
	snprintf(name, sizeof(name), "%s%s", root, path);
	file = fopen(name, "re");
	if (!file)
		return;
	if (!fgets(line, size, file))
		line[0] = '\0';
	fclose(file);
}

/* The level in brackets is the one that is in force. */
static bool needs_signature(const char *root)
{
	char line[128];

	read_line(line, sizeof(line), root, "/sys/kernel/security/lockdown");
	if (strstr(line, "[integrity]") || strstr(line, "[confidentiality]"))
		return true;
	read_line(line, sizeof(line), root, "/sys/module/module/parameters/sig_enforce");
	return line[0] == 'Y' || line[0] == '1';
}

enum module_refused module_refused(const char *root, const char *release)
{
	char line[32];

	if (!is_installed(root, release))
		return MODULE_MISSING;
	read_line(line, sizeof(line), root, "/proc/sys/kernel/modules_disabled");
	if (line[0] == '1')
		return MODULE_LOADING_OFF;
	return needs_signature(root) ? MODULE_SIGNATURE : MODULE_UNKNOWN;
}

static const char *key(const char *root)
{
	char name[4096];
	unsigned int i;

	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		snprintf(name, sizeof(name), "%s%s", root, keys[i]);
		if (!access(name, F_OK))
			return keys[i];
	}
	return NULL;
}

static void signature_text(char *text, size_t size, const char *known)
{
	static const char why[] =
		"the module " MODULE " was not loaded, and this kernel loads only modules with a signature that it knows (Secure Boot): if dmesg names the signature, a key or lockdown and no other reason";

	if (known)
		snprintf(text, size, "%s, run 'mokutil --import %s', reboot, and enrol the key when the firmware asks",
			 why, known);
	else
		snprintf(text, size, "%s, build the module with DKMS (package dm-remap-dkms), which makes a key (none was found here), and enrol that with 'mokutil --import'",
			 why);
}

void module_refused_text(char *text, size_t size, const char *root, const char *release)
{
	switch (module_refused(root, release)) {
	case MODULE_MISSING:
		snprintf(text, size, "the module " MODULE " is not installed for this kernel, %s: install the package dm-remap-dkms and the headers of this kernel, and see what 'dkms status dm-remap' says",
			 release);
		break;
	case MODULE_LOADING_OFF:
		snprintf(text, size, "loading modules has been switched off until the next boot (kernel.modules_disabled = 1): load " MODULE " at boot, before that happens");
		break;
	case MODULE_SIGNATURE:
		signature_text(text, size, key(root));
		break;
	case MODULE_UNKNOWN:
		snprintf(text, size, "the module " MODULE " is installed but was not loaded: see what 'modprobe " MODULE "' and dmesg say");
		break;
	}
}
