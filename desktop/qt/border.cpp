// The functions of border.h: each copies what it is given and queues a call of the window.
#include "border.h"

#include "event.h"
#include "theme.h"
#include "window.h"

#include <QApplication>
#include <QClipboard>
#include <QImage>
#include <QJsonArray>
#include <QJsonDocument>
#include <QStyleFactory>
#include <algorithm>
#include <mutex>

namespace plausch {

namespace {
std::mutex guard;          // of window
Window *window = nullptr;  // while the program runs
} // namespace

// Runs f on the GUI thread, in the order of the calls; not at all without a window.
template <typename F> static void post(F f) {
    const std::lock_guard<std::mutex> lock(guard);
    if (window != nullptr)
        QMetaObject::invokeMethod(window, [f, w = window] { f(*w); }, Qt::QueuedConnection);
}

template <typename F> static void postJson(const char *json, int size, F f) {
    post([bytes = QByteArray(json, size), f](Window &w) { f(w, QJsonDocument::fromJson(bytes)); });
}

template <typename F> static void postPicture(const char *id, int idSize, int width, int height, const void *pixels, F f) {
    QImage image; // without pixels if there are none
    if (width > 0 && height > 0)
        image = QImage(static_cast<const uchar *>(pixels), width, height, width * 4, QImage::Format_RGBA8888_Premultiplied).copy();
    post([name = QString::fromUtf8(id, idSize), image, f](Window &w) { f(w, name, QPixmap::fromImage(image)); });
}

Window *guiWindow() { return window; } // for tests, on the GUI thread

static int run(const QJsonObject &options) {
    static char name[] = "plausch-desktop";
    static char *args[] = {name, nullptr};
    static int count = 1;
    QApplication app(count, args);
    QApplication::setApplicationName("plausch-desktop");
    QApplication::setApplicationDisplayName("Plausch");
    QApplication::setDesktopFileName("plausch-desktop");
    QApplication::setQuitOnLastWindowClosed(false);
    QApplication::setStyle(QStyleFactory::create("Fusion"));
    // Sizes are in pixels of a usual font of 10 points, and grow with the desktop's.
    QFont font = QApplication::font();
    const double points = font.pointSizeF() > 0 ? font.pointSizeF() : 10;
    font.setPixelSize(std::clamp(int(points * 1.5 + 0.5), 13, 40));
    if (const QString family = options["font"].toString(); !family.isEmpty())
        font.setFamily(family);
    QApplication::setFont(font);
    applyTheme(options["theme"].toString());
    Window w(options);
    {
        const std::lock_guard<std::mutex> lock(guard);
        window = &w;
    }
    if (!options["hidden"].toBool())
        w.show();
    emitEvent("ready");
    const int code = QApplication::exec();
    const std::lock_guard<std::mutex> lock(guard);
    window = nullptr;
    return code;
}

} // namespace plausch

using namespace plausch;

extern "C" {

int pl_run(const char *json, int size) { return run(QJsonDocument::fromJson(QByteArray(json, size)).object()); }

void pl_quit(const char *, int) {
    post([](Window &) { QApplication::quit(); });
}
void pl_raise(const char *, int) {
    post([](Window &w) { w.raiseWindow(); });
}
void pl_chat(const char *, int) {
    post([](Window &w) { w.chat(); });
}

#define OBJECT(name, call) \
    void name(const char *json, int size) { \
        postJson(json, size, [](Window &w, const QJsonDocument &d) { w.call(d.object()); }); \
    }
OBJECT(pl_texts, texts)
OBJECT(pl_theme, setTheme)
OBJECT(pl_settings, settings)
OBJECT(pl_sign_in, signIn)
OBJECT(pl_certificate, certificate)
OBJECT(pl_people, people)
OBJECT(pl_status, status)
OBJECT(pl_typing, typing)
OBJECT(pl_notice, notice)
OBJECT(pl_badge, badge)
OBJECT(pl_open, open)
OBJECT(pl_splice, splice)
OBJECT(pl_show, showRow)
OBJECT(pl_compose, composer()->compose)
OBJECT(pl_search, results)
OBJECT(pl_save, save)
OBJECT(pl_confirm, confirm)
#undef OBJECT

void pl_copy(const char *json, int size) {
    postJson(json, size, [](Window &, const QJsonDocument &d) { QApplication::clipboard()->setText(d["text"].toString()); });
}
void pl_servers(const char *json, int size) {
    postJson(json, size, [](Window &w, const QJsonDocument &d) { w.servers(d.array()); });
}
void pl_transfers(const char *json, int size) {
    postJson(json, size, [](Window &w, const QJsonDocument &d) { w.composer()->setTransfers(d.array()); });
}

void pl_picture(const char *id, int id_size, int width, int height, const void *pixels) {
    postPicture(id, id_size, width, height, pixels, [](Window &w, const QString &name, const QPixmap &p) { w.view()->setPicture(name, p); });
}
void pl_lightbox(const char *id, int id_size, int width, int height, const void *pixels) {
    postPicture(id, id_size, width, height, pixels, [](Window &w, const QString &name, const QPixmap &p) { w.lightbox(name, p); });
}

} // extern "C"
