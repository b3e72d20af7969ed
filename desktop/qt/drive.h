/* How tests use the window: see drive.go. */
#ifndef PLAUSCH_DRIVE_H
#define PLAUSCH_DRIVE_H

#ifdef __cplusplus
extern "C" {
#endif

/* Carries out one command on the GUI thread, and returns its answer, both JSON. The
 * caller frees it. It must not be called on the GUI thread. */
char *pl_drive(const char *json, int size);

#ifdef __cplusplus
}
#endif
#endif
