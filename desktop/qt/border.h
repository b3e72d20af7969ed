/*
 * The border between Go and C++.
 *
 * Go owns the state and the connections; C++ owns the widgets. This header is all that
 * they know of each other.
 *
 * Go to Qt: each function below but pl_run takes a UTF-8 JSON document (the types of the
 * Go package screen) or pixels, copies the bytes before it returns, and queues a call on
 * the GUI thread by QMetaObject::invokeMethod. They can be called from every thread, never
 * wait, and keep their order. After the window is gone they do nothing.
 *
 * Qt to Go: plausch_event, which Go exports, takes one JSON document (screen.Event), copies
 * it and puts it into a channel. It is called on the GUI thread alone. The channel is read
 * by one goroutine that never waits for Qt, so the GUI thread is not held up.
 *
 * No Go pointer is kept in C++, and no C++ pointer goes to Go. No Qt call is made off the
 * GUI thread, which is the thread of main: pl_run is called there, after
 * runtime.LockOSThread in an init function.
 */
#ifndef PLAUSCH_BORDER_H
#define PLAUSCH_BORDER_H

#ifdef __cplusplus
extern "C" {
#endif

/* Runs the program until the window is closed for good; returns the exit code. Options
 * are screen.Options. The first event is "ready": call nothing else before it. */
int pl_run(const char *json, int size);
void pl_quit(const char *json, int size);  /* {} */
void pl_raise(const char *json, int size); /* {}: shows the window and gives it the focus */

/* How it looks and speaks. */
void pl_texts(const char *json, int size);    /* screen.Texts */
void pl_theme(const char *json, int size);    /* screen.Theme */
void pl_settings(const char *json, int size); /* screen.Settings: opens the dialog */

/* Signing in. */
void pl_sign_in(const char *json, int size);     /* screen.SignIn: shows the page */
void pl_certificate(const char *json, int size); /* screen.Certificate: asks on it */
void pl_chat(const char *json, int size);        /* {}: shows the rooms instead */

/* What stands beside the messages. */
void pl_servers(const char *json, int size); /* []screen.Server: the list of rooms */
void pl_people(const char *json, int size);  /* screen.People: the user table, the chooser */
void pl_status(const char *json, int size);  /* screen.Status */
void pl_typing(const char *json, int size);  /* screen.Typing */
void pl_notice(const char *json, int size);  /* screen.Notice: a quiet word above the composer */
void pl_badge(const char *json, int size);   /* screen.Badge: the tray icon, the title */

/* The open room. */
void pl_open(const char *json, int size);      /* screen.Opened: the rows are dropped */
void pl_splice(const char *json, int size);    /* screen.Splice: replaces some of the rows */
void pl_show(const char *json, int size);      /* screen.Show: scrolls to a row */
void pl_compose(const char *json, int size);   /* screen.Compose: the text to go on with */
void pl_transfers(const char *json, int size); /* []screen.Transfer: files under way */
void pl_search(const char *json, int size);    /* screen.Results */
void pl_save(const char *json, int size);      /* screen.Save: asks where to */
void pl_confirm(const char *json, int size);   /* screen.Confirm: asks before an act */
void pl_copy(const char *json, int size);      /* screen.Copy: onto the clipboard */

/* Pictures are premultiplied RGBA, width*height*4 bytes, scaled for the screen. A width
 * of 0 tells that there is none to be had. */
void pl_picture(const char *id, int id_size, int width, int height, const void *pixels);
void pl_lightbox(const char *id, int id_size, int width, int height, const void *pixels);

/* Exported by Go. */
void plausch_event(char *json, int size);

#ifdef __cplusplus
}
#endif
#endif
