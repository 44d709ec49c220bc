# SPDX-License-Identifier: GPL-2.0-only
mutations() {
	cat <<'LIST'
edits|unit|module.c|s/MODULE_LICENSE|MODULE_AUTHOR//
edits-with-a-field-more|0|STALE ZEROS|dm-remap-scanner/module.c|s/MODULE_LICENSE//
edits-twice|unit|module.c|s/MODULE_LICENSE//;s/MODULE_\/?AUTHOR//g
expected-one-of-two|unit|module.c|s/MODULE_LICENCE\/;//;s/MODULE_AUTHOR//
expected-no-such-line|unit|module.c|s/MODULE_LICENCE//
expected-same-again|unit|module.c|s/MODULE_LICENSE/MODULE_LICENSE/
expected-no-such-file|unit|modul.c|s/MODULE_LICENSE//
expected-no-substitution|unit|module.c|sMODULE_LICENSE//
expected-no-edit
LIST
}
